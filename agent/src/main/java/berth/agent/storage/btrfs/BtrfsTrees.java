package berth.agent.storage.btrfs;

import berth.agent.dispatch.Job;
import berth.agent.linux.BtrfsSpace;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Subvolumes;
import berth.agent.storage.StoredImage;
import berth.agent.storage.Trees;
import berth.agent.storage.directory.DirectoryTrees;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import berth.protocol.state.PoolFeatures;
import berth.protocol.state.PoolFullness;
import berth.protocol.state.PoolState.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Each tree a subvolume. A folder that is none, made by hand, is treated as the directory layout
 * does it.
 */
public final class BtrfsTrees implements Trees {
  private static final long NO_LIMIT = -1;

  private final DirectoryTrees directories;

  public BtrfsTrees(DirectoryTrees directories) {
    this.directories = directories;
  }

  @Override
  public Layout layout() {
    return Layout.BTRFS;
  }

  /** A limit goes up and down at once, where somebody has switched quotas on. */
  @Override
  public PoolFeatures features(Path folder) throws IOException {
    var limits = Subvolumes.countsQuotas(folder);
    return new PoolFeatures(true, true, true, limits, limits, limits);
  }

  @Override
  public PoolFullness fullness(Path folder) throws IOException {
    return BtrfsFullness.of(BtrfsSpace.of(folder));
  }

  @Override
  public void create(Path tree) throws IOException {
    Subvolumes.create(tree);
    Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What is in subvolumes nested in an image is not part of the copy (btrfs-subvolume(8)). */
  @Override
  public void copy(StoredImage image, Path tree, Job job) throws IOException {
    if (Subvolumes.is(image.tree())) {
      Subvolumes.snapshot(image.tree(), tree);
    } else {
      Subvolumes.create(tree);
      directories.copyInto(image.tree(), tree, image.record().entries(), job);
    }
  }

  /** Subvolumes nested in it come along, each as it is at its own moment. */
  @Override
  public void copy(Path volume, Path tree, Job job) throws IOException {
    if (Subvolumes.is(volume)) {
      Subvolumes.snapshotAll(volume, tree);
    } else {
      Subvolumes.create(tree);
      directories.copyInto(volume, tree, Optional.empty(), job);
    }
  }

  @Override
  public void keep(Path volume, Path tree, Job job) throws IOException {
    if (Subvolumes.is(volume)) {
      Subvolumes.snapshotAll(volume, tree);
      Subvolumes.readOnlyAll(tree);
    } else {
      Subvolumes.create(tree);
      directories.shareInto(volume, tree, job);
      Subvolumes.readOnly(tree, true);
    }
  }

  @Override
  public boolean copiesAtOnce(Path volume) throws IOException {
    return Subvolumes.is(volume);
  }

  /** By quotas, which are never switched on here: they make snapshots slow (btrfs-quota(8)). */
  @Override
  public void limit(Path volume, Optional<ByteSize> size) throws IOException {
    if (!Subvolumes.is(volume)) {
      directories.limit(volume, size);
      return;
    }
    try {
      Subvolumes.limit(volume, size.map(ByteSize::bytes).orElse(NO_LIMIT));
    } catch (LinuxException e) {
      if (e.errno() != LinuxException.ENOTCONN) {
        throw e;
      }
      if (size.isPresent()) {
        throw new BerthException(
            ProblemCode.UNSUPPORTED,
            "the file system of " + volume.getParent() + " counts no quotas, which a size needs",
            "btrfs quota enable --simple "
                + volume.getParent()
                + " (kernel 6.7 and later), or"
                + " without --simple, which makes snapshots slow");
      }
    }
  }

  @Override
  public void readOnly(Path tree, boolean on) throws IOException {
    if (Subvolumes.is(tree)) {
      Subvolumes.readOnly(tree, on);
    }
  }

  @Override
  public void delete(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Subvolumes.is(tree)) {
      Subvolumes.delete(tree);
    } else {
      directories.delete(tree);
    }
  }
}
