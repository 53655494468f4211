/**
 * Streams on their way between people and hosts, in either direction: taken in pieces, so that what
 * is cut off goes on where it was, and gone again when they have arrived.
 */
package berth.controller.transfer;
