package berth.agent.storage;

import berth.protocol.SnapshotName;
import java.nio.file.Path;

/** A snapshot in a pool: complete, read-only, and what is known of it. */
public record StoredSnapshot(SnapshotName name, Path tree, SnapshotRecord record) {}
