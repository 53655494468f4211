package berth.agent.storage;

import berth.protocol.state.PoolFullness;

/**
 * The room of a pool, in bytes.
 *
 * @param size of all of it
 * @param free what may still be written
 * @param fullness the same, and what else there is that can be used up
 */
public record Room(long size, long free, PoolFullness fullness) {}
