package berth.agent.storage;

import berth.protocol.SnapshotName;
import java.nio.file.Path;

/**
 * A snapshot in a pool: complete, read-only, and what is known of it.
 *
 * @param tree the folder of its files; on LVM the device that holds them, which is neither active
 *     nor mounted
 */
public record StoredSnapshot(SnapshotName name, Path tree, SnapshotRecord record) {}
