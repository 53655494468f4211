/**
 * The command line {@code berth}: a client of the public API alone, so that whatever it can do a
 * script can do over HTTP. Built for a short start: no annotation scanning and no java.net.http.
 */
package berth.controller.cli;
