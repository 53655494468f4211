package berth.agent.storage;

import berth.agent.dispatch.Job;
import berth.agent.linux.FileSystem;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Rename;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The snapshots of a pool: a folder {@code .snapshots/CONTAINER/SNAPSHOT} each, which holds the
 * tree and its record, so that both come and go by one rename.
 */
final class SnapshotFolders {
  private static final String WHY = "snapshot";
  private static final String ALL = ".snapshots";
  private static final String TREE = "tree";
  private static final int MOST = 1000;

  private final TreeFolder pool;
  private final Path all;

  /** Held while those of a container come and go, and never for long. */
  private final Map<ContainerName, Lock> changing = new ConcurrentHashMap<>();

  /** How many read one at the moment, which may take hours. */
  private final Map<Path, Integer> read = new ConcurrentHashMap<>();

  SnapshotFolders(TreeFolder pool) {
    this.pool = pool;
    this.all = pool.path().resolve(ALL);
  }

  /** Whether a hidden folder is that of a snapshot which was being made or removed. */
  static boolean isUnfinished(Path hidden) {
    return hidden.getFileName().toString().startsWith(TreeFolder.OURS + WHY + ".");
  }

  /** The containers that have some, in order of their names. */
  List<ContainerName> containers() throws IOException {
    return named(all, ContainerName::of);
  }

  /** Those of a container, the oldest first. */
  List<StoredSnapshot> of(ContainerName container) throws IOException {
    return named(folder(container), SnapshotName::of).stream()
        .map(name -> find(container, name))
        .flatMap(Optional::stream)
        .sorted(
            Comparator.comparing((StoredSnapshot one) -> one.record().state().created())
                .thenComparing(StoredSnapshot::name))
        .toList();
  }

  /** Makes one of a volume's tree. */
  StoredSnapshot make(
      ContainerName container, Path volume, SnapshotRecord record, Runnable check, Job job)
      throws IOException {
    var name = record.state().name();
    requireRoom(container, name);
    var hidden = pool.hidden(WHY, name.value());
    try (var undo = new Undo()) {
      undo.add(() -> delete(hidden));
      create(hidden);
      pool.trees().keep(volume, hidden.resolve(TREE), job);
      record.putIn(hidden);
      check.run();
      job.stopIfCancelled();
      FileSystem.sync(pool.path());
      publish(hidden, container, name);
      undo.keep();
    }
    return new StoredSnapshot(name, folder(container, name).resolve(TREE), record);
  }

  /**
   * Gives what somebody makes of the tree of one, which stays as long: who wants to remove or
   * rename it meanwhile is refused with {@code CONFLICT}, and nobody waits.
   */
  <T> T read(ContainerName container, SnapshotName name, StorageBackend.Reading<T> then)
      throws IOException {
    var snapshot = begin(container, name);
    try {
      return then.of(snapshot.tree(), snapshot.record());
    } finally {
      read.computeIfPresent(
          folder(container, name), (_, readers) -> readers > 1 ? readers - 1 : null);
    }
  }

  private StoredSnapshot begin(ContainerName container, SnapshotName name) {
    var lock = lock(container);
    lock.lock();
    try {
      var found = find(container, name).orElseThrow(() -> unknown(container, name));
      read.merge(folder(container, name), 1, Integer::sum);
      return found;
    } finally {
      lock.unlock();
    }
  }

  private void requireUnread(Path snapshot) {
    if (read.containsKey(snapshot)) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the snapshot "
              + snapshot.getFileName()
              + " of "
              + snapshot.getParent().getFileName()
              + " is being read, as by an export",
          "try again when that is done: berth operation ls");
    }
  }

  /** Removes one if it is what was meant; one that is not there is fine. */
  void remove(ContainerName container, SnapshotName name, Predicate<SnapshotRecord> meant)
      throws IOException {
    var hidden = pool.hidden(WHY, name.value());
    var lock = lock(container);
    lock.lock();
    try {
      if (find(container, name).map(StoredSnapshot::record).filter(meant).isEmpty()) {
        return;
      }
      requireUnread(folder(container, name));
      Mounts.refuseBeneath(folder(container, name));
      Rename.noReplace(folder(container, name), hidden);
      FileSystem.syncEntries(folder(container));
      pool.sync();
      removeIfEmpty(folder(container));
    } finally {
      lock.unlock();
    }
    delete(hidden);
  }

  /**
   * Gives those of a container to another name in one step, and tells whether there were any;
   * {@code ALREADY_EXISTS} where that has some.
   */
  boolean rename(ContainerName from, ContainerName to) throws IOException {
    var lock = lock(from);
    lock.lock();
    try {
      if (!TreeFolder.isFolder(folder(from))) {
        return false;
      }
      named(folder(from), SnapshotName::of).forEach(name -> requireUnread(folder(from, name)));
      Rename.noReplace(folder(from), folder(to));
      FileSystem.syncEntries(all);
      return true;
    } catch (LinuxException e) {
      if (e.errno() == LinuxException.EEXIST) {
        throw taken(to);
      }
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** Takes away the folders that the first snapshot of a container, or the last, has left empty. */
  void sweep() throws IOException {
    for (var container : containers()) {
      removeIfEmpty(folder(container));
    }
  }

  /** Removes one that was left half made or half removed. */
  void delete(Path hidden) throws IOException {
    if (TreeFolder.isFolder(hidden)) {
      pool.trees().delete(hidden.resolve(TREE));
      for (var entry : TreeFolder.entries(hidden, _ -> true)) {
        if (TreeFolder.isFolder(entry)) {
          pool.trees().delete(entry);
        } else {
          Files.delete(entry);
        }
      }
      Files.delete(hidden);
    }
  }

  private void publish(Path hidden, ContainerName container, SnapshotName name) throws IOException {
    var lock = lock(container);
    lock.lock();
    try {
      for (var parent : List.of(all, folder(container))) {
        if (!TreeFolder.isFolder(parent)) {
          createShared(parent);
        }
      }
      Rename.noReplace(hidden, folder(container, name));
      FileSystem.syncEntries(folder(container));
      pool.sync();
    } catch (LinuxException e) {
      if (e.errno() == LinuxException.EEXIST) {
        throw exists(container, name);
      }
      removeIfEmpty(folder(container));
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private void requireRoom(ContainerName container, SnapshotName name) throws IOException {
    if (TreeFolder.isFolder(folder(container, name))) {
      throw exists(container, name);
    }
    if (named(folder(container), SnapshotName::of).size() >= MOST) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container " + container + " has " + MOST + " snapshots, which is the most",
          "remove some, as by: berth snapshot rm HOST/" + container + " SNAPSHOT");
    }
  }

  /** Empty where there is none, or was none any more a moment later. */
  private Optional<StoredSnapshot> find(ContainerName container, SnapshotName name) {
    var folder = folder(container, name);
    var tree = folder.resolve(TREE);
    try {
      return TreeFolder.isFolder(tree)
          ? Optional.of(new StoredSnapshot(name, tree, SnapshotRecord.in(folder, container, name)))
          : Optional.empty();
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw StorageFailure.of("read the snapshot " + name + " of " + container, e);
    }
  }

  private BerthException unknown(ContainerName container, SnapshotName name) {
    return new BerthException(
        ProblemCode.NOT_FOUND,
        "no snapshot \"" + name + "\" of the container " + container,
        "see: berth snapshot ls HOST/" + container);
  }

  private static BerthException exists(ContainerName container, SnapshotName name) {
    return new BerthException(
        ProblemCode.ALREADY_EXISTS,
        "the container " + container + " has a snapshot \"" + name + "\" already",
        "choose another name, or remove it first");
  }

  private static BerthException taken(ContainerName to) {
    return new BerthException(
        ProblemCode.ALREADY_EXISTS,
        "there are snapshots of a container \"" + to + "\" that is gone",
        "choose another name, or remove them first: berth snapshot ls HOST/" + to);
  }

  /** Nothing where the folder is not there: it comes with the first and goes with the last. */
  private static <T> List<T> named(Path folder, Function<String, T> reading) throws IOException {
    try {
      return TreeFolder.folders(folder, reading);
    } catch (NoSuchFileException _) {
      return List.of();
    }
  }

  private static void removeIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException _) {
      // it has others
    }
  }

  /** One that others may need, and make, at the same moment. */
  private static void createShared(Path folder) throws IOException {
    try {
      create(folder);
    } catch (FileAlreadyExistsException e) {
      if (!TreeFolder.isFolder(folder)) {
        throw e;
      }
    }
    FileSystem.syncEntries(folder.getParent());
  }

  /** What a container's root could read must be hidden from the host's users. */
  private static void create(Path folder) throws IOException {
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private Path folder(ContainerName container) {
    return all.resolve(container.value());
  }

  private Path folder(ContainerName container, SnapshotName name) {
    return folder(container).resolve(name.value());
  }

  private Lock lock(ContainerName container) {
    return changing.computeIfAbsent(container, _ -> new ReentrantLock());
  }
}
