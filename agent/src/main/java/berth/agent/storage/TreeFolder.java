package berth.agent.storage;

import berth.agent.linux.FileSystem;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Rename;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The folder of a pool: how trees come and go in it, by one step each. */
record TreeFolder(Path path, Trees trees) {
  /** How everything that is unfinished, or on its way out, is called. */
  static final String OURS = ".#berth.";

  static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether it is a folder that is being made or removed. */
  static boolean isUnfinished(Path path) {
    return isFolder(path) && path.getFileName().toString().startsWith(OURS);
  }

  static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** What is in a folder, in order of the names. */
  static List<Path> entries(Path folder, Predicate<Path> which) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(which).sorted(Comparator.naturalOrder()).toList();
    }
  }

  /**
   * What the folders in a folder are, by their names; what bears another name is none of ours.
   *
   * @param named gives null, or refuses, for such
   */
  static <T> List<T> folders(Path folder, Function<String, T> named) throws IOException {
    return entries(folder, TreeFolder::isFolder).stream()
        .map(path -> ifNamed(path.getFileName().toString(), named))
        .flatMap(Optional::stream)
        .toList();
  }

  /** A name that nobody has and that {@link StorageBackend#sweep} takes away. */
  Path hidden(String why, String name) {
    return path.resolve(OURS + why + "." + name + "." + UUID.randomUUID());
  }

  /** The step that makes a tree visible: before it there is nothing, after it there is all. */
  void publish(Path tree, Path name) throws IOException {
    try {
      Rename.noReplace(tree, name);
    } catch (LinuxException e) {
      if (e.errno() == LinuxException.EEXIST) {
        throw taken(name);
      }
      throw e;
    }
    sync();
  }

  /** Removes a tree by the same step the other way round; one that is not there is fine. */
  void remove(Path tree) throws IOException {
    if (!exists(tree)) {
      return;
    }
    Mounts.refuseBeneath(tree);
    var gone = hidden("rm", tree.getFileName().toString());
    Rename.noReplace(tree, gone);
    sync();
    trees.delete(gone);
  }

  /** The names in it are on the disk afterwards. */
  void sync() throws IOException {
    FileSystem.syncEntries(path);
  }

  static BerthException taken(Path volume) {
    return new BerthException(ProblemCode.ALREADY_EXISTS, volume + " is there already");
  }

  private static <T> Optional<T> ifNamed(String name, Function<String, T> named) {
    try {
      return Optional.ofNullable(named.apply(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
