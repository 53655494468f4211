package berth.agent.storage.lvm;

import berth.agent.storage.Mounts;
import berth.agent.storage.Tools;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** File systems on logical volumes, by the programs of xfsprogs, and where they are mounted. */
final class Xfs {
  /** A copy has the UUID of its origin until it gets its own (xfs(5), {@code nouuid}). */
  static final String OPTIONS = "nouuid,noatime";

  private static final String HIDDEN = ".#berth.new.";

  private final Tools tools;

  Xfs(Tools tools) {
    this.tools = tools;
  }

  /** A file system mounted where nobody looks, until it is closed. */
  final class Hidden implements AutoCloseable {
    private final Path tree;

    private Hidden(Path tree) {
      this.tree = tree;
    }

    Path tree() {
      return tree;
    }

    @Override
    public void close() throws IOException {
      unmount(tree);
      Files.delete(tree);
    }
  }

  /** Makes an empty one. */
  void make(Path device) {
    tools.runToItsEnd(List.of("mkfs.xfs", "-q", "-f", device.toString()));
  }

  /** Whether a name of an entry of a pool's folder is one that {@link #hidden} gives. */
  static boolean isHidden(Path entry) {
    return entry.getFileName().toString().startsWith(HIDDEN);
  }

  /** Mounts one in a folder's hidden entry. */
  Hidden hidden(Path device, Path folder) throws IOException {
    var tree = Files.createDirectory(folder.resolve(HIDDEN + UUID.randomUUID()));
    try {
      tools.runToItsEnd(
          List.of("mount", "-t", "xfs", "-o", OPTIONS, device.toString(), tree.toString()));
    } catch (BerthException e) {
      Files.delete(tree);
      throw e;
    }
    return new Hidden(tree);
  }

  /**
   * Gives a copy a UUID of its own. That of what was mounted when it was copied takes a mount
   * before, which plays the log back (xfs_admin(8), {@code -U}).
   */
  void renew(Path device, boolean mounted, Path folder) throws IOException {
    if (mounted) {
      hidden(device, folder).close();
    }
    tools.runToItsEnd(List.of("xfs_admin", "-U", "generate", device.toString()));
  }

  /** Has a mounted one take all the room of its device; one that does already is fine. */
  void grow(Path mount) {
    tools.runToItsEnd(List.of("xfs_growfs", mount.toString()));
  }

  /** Unmounts what may be mounted; {@code CONFLICT} where somebody uses it. */
  void unmount(Path mount) throws IOException {
    if (!Mounts.has(mount)) {
      return;
    }
    try {
      tools.runToItsEnd(List.of("umount", mount.toString()));
    } catch (BerthException e) {
      if (!Mounts.has(mount)) {
        return;
      }
      throw new BerthException(
          ProblemCode.CONFLICT, mount + " is in use", "see by whom with: fuser -vm " + mount);
    }
  }
}
