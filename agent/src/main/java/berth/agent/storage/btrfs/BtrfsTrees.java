package berth.agent.storage.btrfs;

import berth.agent.dispatch.Job;
import berth.agent.linux.Subvolumes;
import berth.agent.storage.Features;
import berth.agent.storage.StoredImage;
import berth.agent.storage.Trees;
import berth.agent.storage.directory.DirectoryTrees;
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
  private final DirectoryTrees directories;

  public BtrfsTrees(DirectoryTrees directories) {
    this.directories = directories;
  }

  @Override
  public Features features() {
    return new Features(Layout.BTRFS, true, false);
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
  public boolean copiesAtOnce(Path volume) throws IOException {
    return Subvolumes.is(volume);
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
