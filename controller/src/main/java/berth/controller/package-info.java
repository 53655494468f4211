/** The fleet engine: one process that people and their tools talk to, and that talks to agents. */
package berth.controller;
