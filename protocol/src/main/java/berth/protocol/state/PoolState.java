package berth.protocol.state;

import berth.protocol.ByteSize;
import berth.protocol.PoolName;
import java.util.Objects;
import java.util.Optional;

/**
 * A pool of a host.
 *
 * @param path the folder its volumes are in
 * @param size of the file system that holds it
 * @param used of that size, by whatever is there
 * @param health whether there is room in it; empty where an older agent does not tell
 * @param fullness what that comes from
 * @param features what it can do; empty where that is not told
 */
public record PoolState(
    PoolName name,
    Layout layout,
    String path,
    ByteSize size,
    ByteSize used,
    Optional<Health> health,
    PoolFullness fullness,
    Optional<PoolFeatures> features) {
  /** How a pool keeps its volumes. */
  public enum Layout {
    /** A btrfs subvolume each. */
    BTRFS,
    /** A thin-provisioned logical volume with XFS each. */
    LVM_THIN,
    /** A plain directory each. */
    DIRECTORY
  }

  /** Whether there is room in a pool, the better one first. */
  public enum Health {
    OK,
    /** Somebody should make room. */
    NEARLY_FULL,
    /** Containers will soon fail to write, if they don't already. */
    FULL
  }

  public PoolState {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(size, "size");
    Objects.requireNonNull(used, "used");
    fullness = fullness == null ? PoolFullness.NONE : fullness;
  }

  /** One of which no more is known. */
  public PoolState(PoolName name, Layout layout, String path, ByteSize size, ByteSize used) {
    this(name, layout, path, size, used, Optional.empty(), PoolFullness.NONE, Optional.empty());
  }

  /** The same with a health. */
  public PoolState withHealth(Health health) {
    return new PoolState(name, layout, path, size, used, Optional.of(health), fullness, features);
  }
}
