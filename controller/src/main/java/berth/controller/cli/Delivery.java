package berth.controller.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts files that came from a container where a person wants them. They are unpacked in a folder of
 * ours beside that place, which nobody else may enter, and get their names when all of them are
 * there; a folder that is there already stays and gets more in it. No link that is there is
 * followed.
 *
 * @param folder what they go into
 * @param name what the one at the top is called there; empty for its own name
 * @param contents whether what is in the one at the top goes there, and not itself
 */
record Delivery(Path folder, Optional<String> name, boolean contents) {
  private static final int TYPE = 0170000;
  private static final int FILE = 0100000;
  private static final int FOLDER = 0040000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int SET_ID = 06000;
  private static final int OWNERS = 0700;
  private static final int TRIES = 20;
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** Finds where they go, as cp(1) does: into a folder that is there, else as what has the name. */
  static Delivery to(CopyOperand.Local target, boolean contents) throws IOException {
    var path = target.path();
    if (Files.isDirectory(path)) {
      // A link that the person names is meant to be followed.
      return new Delivery(path.toRealPath(), Optional.empty(), contents);
    }
    var there = Files.exists(path, NOFOLLOW_LINKS);
    if (there && (contents || target.saysFolder())) {
      throw new BerthException(ProblemCode.CONFLICT, path + " here is no folder");
    }
    var parent = path.toAbsolutePath().normalize().getParent();
    if (target.saysFolder() && !contents) {
      throw missing(path);
    }
    if (!Files.isDirectory(parent)) {
      throw missing(parent);
    }
    return new Delivery(parent, Optional.of(path.getFileName().toString()), contents);
  }

  /** Unpacks into a folder that it is given, which is empty. */
  @FunctionalInterface
  interface Unpacking {
    void into(Path folder) throws IOException, InterruptedException;
  }

  /**
   * Has them unpacked and puts them there.
   *
   * @param rights whether set-user-ID and set-group-ID bits stay
   */
  void receive(Unpacking unpacking, boolean rights) throws IOException, InterruptedException {
    var stage = Files.createTempDirectory(folder, ".berth-cp-");
    try (var _ = Interrupt.then(() -> forget(stage));
        Closeable _ = () -> delete(stage)) {
      var tree = Files.createDirectory(stage.resolve("tree"));
      unpacking.into(tree);
      var modes = new HashMap<Path, Integer>();
      open(tree, rights, modes);
      var places = places(tree);
      for (var place : places.entrySet()) {
        requireFit(place.getKey(), place.getValue());
      }
      for (var place : places.entrySet()) {
        put(place.getKey(), place.getValue(), modes);
      }
    }
  }

  /** What is to be put where. */
  private Map<Path, Path> places(Path tree) throws IOException {
    if (contents) {
      return Map.of(tree, name.map(folder::resolve).orElse(folder));
    }
    var places = new LinkedHashMap<Path, Path>();
    for (var one : list(tree)) {
      places.put(one, folder.resolve(name.orElse(one.getFileName().toString())));
    }
    return places;
  }

  /** Refuses what would fail half way, before anything is put. */
  private static void requireFit(Path from, Path to) throws IOException {
    var folder = Files.isDirectory(from, NOFOLLOW_LINKS);
    var there = Files.isDirectory(to, NOFOLLOW_LINKS);
    if (!folder && there) {
      throw conflict("what is no folder can't replace the folder " + to);
    }
    if (folder && !there && Files.exists(to, NOFOLLOW_LINKS)) {
      throw conflict("a folder can't replace what is none: " + to);
    }
    if (!there && !Files.isWritable(to.getParent())) {
      throw new BerthException(ProblemCode.DENIED, "may not write to " + to.getParent());
    }
    if (there) {
      for (var one : list(from)) {
        requireFit(one, to.resolve(one.getFileName().toString()));
      }
    }
  }

  private static void put(Path from, Path to, Map<Path, Integer> modes) throws IOException {
    if (!Files.isDirectory(to, NOFOLLOW_LINKS)) {
      close(from, modes);
      move(from, to);
      return;
    }
    for (var one : list(from)) {
      put(one, to.resolve(one.getFileName().toString()), modes);
    }
  }

  /** To move a folder one must be allowed to write to it (rename(2)). */
  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AccessDeniedException e) {
      if (!Files.isDirectory(from, NOFOLLOW_LINKS)) {
        throw e;
      }
      var mode = mode(from);
      Files.setAttribute(from, "unix:mode", mode | OWNERS);
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      Files.setAttribute(to, "unix:mode", mode);
    }
  }

  /**
   * Opens all folders to their owner, which else could neither look in nor move anything, and takes
   * away what nobody wants from a stranger: device nodes, and the rights of others.
   *
   * @param modes is told which modes the opened ones are to have in the end
   */
  private static void open(Path folder, boolean rights, Map<Path, Integer> modes)
      throws IOException {
    var mode = mode(folder);
    var wanted = rights ? mode : mode & ~SET_ID;
    if (mode != wanted || !isOpen(mode)) {
      modes.put(folder, wanted);
      Files.setAttribute(folder, "unix:mode", wanted | OWNERS);
    }
    for (var one : list(folder)) {
      var type = mode(one) & TYPE;
      if (type == FOLDER) {
        open(one, rights, modes);
      } else if (type == CHARACTER_DEVICE || type == BLOCK_DEVICE) {
        Files.delete(one);
      } else if (type == FILE && (mode(one) & SET_ID) != 0 && !rights) {
        Files.setAttribute(one, "unix:mode", mode(one) & ~SET_ID);
      }
    }
  }

  /** Gives what was opened the mode that it is to have, the innermost first. */
  private static void close(Path from, Map<Path, Integer> modes) throws IOException {
    if (modes.isEmpty() || !Files.isDirectory(from, NOFOLLOW_LINKS)) {
      return;
    }
    for (var one : list(from)) {
      close(one, modes);
    }
    var mode = modes.get(from);
    if (mode != null) {
      Files.setAttribute(from, "unix:mode", mode);
    }
  }

  private static boolean isOpen(int mode) {
    return (mode & OWNERS) == OWNERS;
  }

  private static int mode(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:mode", NOFOLLOW_LINKS);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  private static void delete(Path file) throws IOException {
    if (Files.isDirectory(file, NOFOLLOW_LINKS)) {
      if (!isOpen(mode(file))) {
        Files.setAttribute(file, "unix:mode", mode(file) | OWNERS);
      }
      for (var one : list(file)) {
        delete(one);
      }
    }
    Files.deleteIfExists(file);
  }

  /** What unpacks is ended at the same time, and may write until then. */
  private static void forget(Path stage) {
    for (var tries = 0; tries < TRIES && Files.exists(stage, NOFOLLOW_LINKS); tries++) {
      try {
        delete(stage);
      } catch (IOException | UncheckedIOException _) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private static BerthException missing(Path folder) {
    return new BerthException(
        ProblemCode.NOT_FOUND,
        "no such folder here: " + folder,
        "make it first with: mkdir -p " + folder);
  }

  private static BerthException conflict(String message) {
    return new BerthException(ProblemCode.CONFLICT, message);
  }
}
