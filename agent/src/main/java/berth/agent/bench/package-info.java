/**
 * Floors to measure against, run on a host: the least that could be done for the same effect,
 * without a controller, a broker or a journal.
 */
package berth.agent.bench;
