package berth.protocol.state;

/**
 * What a pool can do with the volumes that Berth makes in it; what it can't is refused.
 *
 * @param snapshotRunning keep a running container as it is at one moment
 * @param snapshotStopped keep a stopped one
 * @param copyOnWrite make containers, clones and restores that share their blocks, and take no time
 * @param sizeLimit keep a volume from growing past a size
 * @param growOnline make that size larger while the container runs
 * @param shrink make it smaller
 */
public record PoolFeatures(
    boolean snapshotRunning,
    boolean snapshotStopped,
    boolean copyOnWrite,
    boolean sizeLimit,
    boolean growOnline,
    boolean shrink) {}
