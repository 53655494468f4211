package berth.protocol.state;

import berth.protocol.ByteSize;
import berth.protocol.PoolName;
import java.util.Objects;

/**
 * A pool of a host.
 *
 * @param path the folder its volumes are in
 * @param size of the file system that holds it
 * @param used of that size, by whatever is there
 */
public record PoolState(PoolName name, Layout layout, String path, ByteSize size, ByteSize used) {
  /** How a pool keeps its volumes. */
  public enum Layout {
    /** A btrfs subvolume each. */
    BTRFS,
    /** A thin-provisioned logical volume with XFS each. */
    LVM_THIN,
    /** A plain directory each. */
    DIRECTORY
  }

  public PoolState {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(size, "size");
    Objects.requireNonNull(used, "used");
  }
}
