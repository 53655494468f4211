/**
 * The tar format with all that pax adds to it (pax(1), tar(5)): long and strange names,
 * nanoseconds, extended attributes, sparse files. See {@code agent/decisions/0004-copy.md} for why
 * it is our own.
 */
package berth.agent.copy.tar;
