package berth.controller.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

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
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int SET_ID = 06000;
  private static final int OWNERS = 0700;

  /** Finds where they go, as cp(1) does: into a folder that is there, else as what has the name. */
  static Delivery to(CopyOperand.Local target, boolean contents) {
    var path = target.path();
    if (Files.isDirectory(path)) {
      return new Delivery(path, Optional.empty(), contents);
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
    try {
      var tree = Files.createDirectory(stage.resolve("tree"));
      unpacking.into(tree);
      clean(tree, rights);
      if (contents) {
        put(tree, name.isEmpty() ? folder : folder.resolve(name.get()));
      } else {
        for (var one : list(tree)) {
          put(one, folder.resolve(name.orElse(one.getFileName().toString())));
        }
      }
    } finally {
      delete(stage);
    }
  }

  private static void put(Path from, Path to) throws IOException {
    var folder = Files.isDirectory(from, NOFOLLOW_LINKS);
    // What is copied into was named by the person, who may name a link; what is beneath was not.
    var there = Files.isDirectory(to, NOFOLLOW_LINKS);
    if (!folder && there) {
      throw conflict("what is no folder can't replace the folder " + to);
    }
    if (folder && !there && Files.exists(to, NOFOLLOW_LINKS)) {
      throw conflict("a folder can't replace what is none: " + to);
    }
    if (!there) {
      move(from, to);
      return;
    }
    for (var one : list(from)) {
      put(one, to.resolve(one.getFileName().toString()));
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

  /** Takes away what nobody wants from a stranger: device nodes, and the rights of others. */
  private static void clean(Path tree, boolean rights) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            var mode = mode(file);
            var type = mode & TYPE;
            if (type == CHARACTER_DEVICE || type == BLOCK_DEVICE) {
              Files.delete(file);
            } else if (type == FILE && (mode & SET_ID) != 0 && !rights) {
              Files.setAttribute(file, "unix:mode", mode & ~SET_ID);
            }
            return FileVisitResult.CONTINUE;
          }

          // What one may not enter, nobody else may, either.
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof AccessDeniedException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }
        });
  }

  private static int mode(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:mode", NOFOLLOW_LINKS);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  private static void delete(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
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
