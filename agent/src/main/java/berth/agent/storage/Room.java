package berth.agent.storage;

/**
 * The room of a pool, in bytes.
 *
 * @param size of all of it
 * @param free what may still be written
 */
public record Room(long size, long free) {}
