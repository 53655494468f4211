package berth.agent.storage.directory;

import berth.agent.dispatch.Job;
import berth.agent.linux.FileSystem;
import berth.agent.linux.Immutable;
import berth.agent.linux.Reflink;
import berth.agent.storage.StoredImage;
import berth.agent.storage.Tools;
import berth.agent.storage.Trees;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.state.PoolFeatures;
import berth.protocol.state.PoolFullness;
import berth.protocol.state.PoolState.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Each tree a plain folder. Copies share their blocks with the image where the file system can
 * (ioctl_ficlonerange(2)); else every byte is copied, which takes its time and its room.
 */
public final class DirectoryTrees implements Trees {
  private static final int TELL_EVERY = 250;
  private final Tools tools;

  /** Whether files share their blocks there, where that was found out. */
  private final Map<Path, Boolean> sharing = new ConcurrentHashMap<>();

  public DirectoryTrees(Tools tools) {
    this.tools = tools;
  }

  @Override
  public Layout layout() {
    return Layout.DIRECTORY;
  }

  @Override
  public PoolFeatures features(Path folder) throws IOException {
    var shares = sharing.get(folder);
    if (shares == null) {
      shares = Reflink.works(folder);
      sharing.put(folder, shares);
    }
    return new PoolFeatures(false, shares, shares, false, false, false);
  }

  /** As df(1) reckons: what is kept for root is no room for containers. */
  @Override
  public PoolFullness fullness(Path folder) throws IOException {
    var system = FileSystem.of(folder);
    var used = system.size() - system.free();
    return new PoolFullness(
        PoolFullness.part(used, used + system.available()),
        Optional.empty(),
        PoolFullness.part(system.inodes() - system.freeInodes(), system.inodes()));
  }

  @Override
  public void create(Path tree) throws IOException {
    Files.createDirectory(tree);
    Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Override
  public void copy(StoredImage image, Path tree, Job job) throws IOException {
    create(tree);
    copyInto(image.tree(), tree, image.record().entries(), job);
  }

  @Override
  public void copy(Path volume, Path tree, Job job) throws IOException {
    create(tree);
    copyInto(volume, tree, Optional.empty(), job);
  }

  @Override
  public void keep(Path volume, Path tree, Job job) throws IOException {
    create(tree);
    shareInto(volume, tree, job);
    Immutable.set(tree, true);
  }

  @Override
  public boolean copiesAtOnce(Path volume) {
    return false;
  }

  /**
   * Copies a tree's files into a new tree that is empty.
   *
   * @param entries how many there are, where that is known
   */
  public void copyInto(Path source, Path tree, Optional<Long> entries, Job job) {
    var copied = new AtomicLong();
    tools.run(
        job,
        List.of("cp", "-a", "--reflink=auto", "-v", "--", source + "/.", tree + "/"),
        _ -> {
          if (copied.incrementAndGet() % TELL_EVERY == 0) {
            tell(copied.get(), entries, job);
          }
        });
  }

  /**
   * The same where files can share their blocks with the source, and else not at all. Some are
   * copied all the same: btrfs does not share those without checksums (btrfs(5), {@code
   * nodatacow}).
   */
  public void shareInto(Path source, Path tree, Job job) throws IOException {
    requireSharing(source, tree);
    copyInto(source, tree, Optional.empty(), job);
  }

  /** Tries it with a file of its own: what {@code cp} says in the middle of a tree may differ. */
  private void requireSharing(Path source, Path tree) throws IOException {
    var probe = Files.write(tree.resolve(".probe"), new byte[1]);
    var shared = tree.resolve(".probe.shared");
    try {
      tools.runToItsEnd(
          List.of("cp", "--reflink=always", "--", probe.toString(), shared.toString()));
    } catch (BerthException e) {
      if (e.problem().code() == ProblemCode.NO_SPACE) {
        throw e;
      }
      throw new BerthException(
          new Problem(
                  ProblemCode.UNSUPPORTED,
                  "the file system of "
                      + source.getParent()
                      + " can't share blocks between files, so a snapshot would be a whole copy",
                  "clone the container instead, or keep it in a pool on btrfs, or on XFS with"
                      + " reflink")
              .withLog(e.problem().log()),
          e);
    } finally {
      Files.deleteIfExists(shared);
      Files.delete(probe);
    }
  }

  @Override
  public void limit(Path volume, Optional<ByteSize> size) {
    if (size.isPresent()) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "a plain folder such as " + volume + " can't be kept from growing",
          "leave size out, or put the container into a pool on btrfs");
    }
  }

  @Override
  public void readOnly(Path tree, boolean on) throws IOException {
    Immutable.set(tree, on);
  }

  @Override
  public void delete(Path tree) throws IOException {
    if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
      Immutable.set(tree, false);
    }
    try {
      remove(tree);
    } catch (BerthException e) {
      if (!tools.has("chattr")) {
        throw e;
      }
      allowChanges(tree);
      remove(tree);
    }
  }

  private void remove(Path tree) {
    tools.runToItsEnd(List.of("rm", "-rf", "--", tree.toString()));
  }

  /** Files that nobody may change or shorten (chattr(1)) are in the way of their removal, too. */
  private void allowChanges(Path tree) {
    try {
      tools.runToItsEnd(List.of("chattr", "-R", "-f", "-ia", "--", tree.toString()));
    } catch (BerthException _) {
      // It complains of what has no such flags; what is still in the way, the removal tells.
    }
  }

  private static void tell(long copied, Optional<Long> of, Job job) {
    var text = String.format(Locale.ROOT, "copied %,d files", copied);
    job.progress(text, of.map(all -> Math.min(1.0, (double) copied / all)));
  }
}
