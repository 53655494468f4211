package berth.agent.linux;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Small files below a directory that somebody else controls, named by paths as they are seen from
 * in there. No symbolic link leads out of it, and nothing is opened that is not a plain file: no
 * device, no pipe that nobody writes to.
 */
public final class RootedFiles implements AutoCloseable {
  private static final String OWNERS = "rw-------";
  private final Fd root;

  private RootedFiles(Fd root) {
    this.root = root;
  }

  /** Those below a directory of the host's. */
  public static RootedFiles at(Path root) throws LinuxException {
    return new RootedFiles(Directory.open(root));
  }

  /** Those below an open directory, which is owned from now on. */
  public static RootedFiles at(Fd root) {
    return new RootedFiles(root);
  }

  /** Reads the beginning of a file, as text; empty where there is no such plain file. */
  public Optional<String> read(String path, int most) throws IOException {
    try (Fd fd = open(path)) {
      Path file = proc(fd);
      if (fd == null || !Files.isRegularFile(file)) {
        return Optional.empty();
      }
      byte[] bytes = new byte[most];
      try (var in = Files.newInputStream(file)) {
        int length = in.readNBytes(bytes, 0, most);
        return Optional.of(new String(Arrays.copyOf(bytes, length), StandardCharsets.UTF_8));
      }
    }
  }

  /** Whether there is a directory. */
  public boolean hasDirectory(String path) throws IOException {
    try (Fd fd = open(path)) {
      return fd != null && Files.isDirectory(proc(fd));
    }
  }

  /** Whether there is a plain file. */
  public boolean hasFile(String path) throws IOException {
    try (Fd fd = open(path)) {
      return fd != null && Files.isRegularFile(proc(fd));
    }
  }

  /** A handle on a directory, for a path below /proc; the caller closes it. */
  public Optional<Fd> directory(String path) throws IOException {
    Fd fd = open(path);
    if (fd != null && !Files.isDirectory(proc(fd))) {
      fd.close();
      return Optional.empty();
    }
    return Optional.ofNullable(fd);
  }

  /**
   * Writes a file anew, in the place of whatever has its name; its directory must be there. It
   * belongs to whom the directory does: a container's numbers of users may be shifted.
   */
  public void replace(String directory, String name, String text, String permissions)
      throws IOException {
    try (Fd fd = RootedPath.open(root, directory)) {
      Path file = proc(fd).resolve(name);
      Files.deleteIfExists(file);
      var ofOwner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNERS));
      Files.createFile(file, ofOwner);
      Files.writeString(file, text, StandardOpenOption.WRITE);
      for (String whose : List.of("unix:uid", "unix:gid")) {
        Files.setAttribute(file, whose, Files.getAttribute(proc(fd), whose), NOFOLLOW_LINKS);
      }
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
  }

  /** Removes a file that is no directory; one that is not there is fine. */
  public void removeFile(String directory, String name) throws IOException {
    try (Fd fd = open(directory)) {
      Path file = fd == null ? null : proc(fd).resolve(name);
      if (file != null && !Files.isDirectory(file, NOFOLLOW_LINKS)) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Removes what is in a directory; one that is not there is fine. */
  public void empty(String directory) throws IOException {
    try (Fd fd = open(directory)) {
      if (fd == null || !Files.isDirectory(proc(fd))) {
        return;
      }
      try (var entries = Files.newDirectoryStream(proc(fd))) {
        for (Path entry : entries) {
          delete(entry);
        }
      }
    }
  }

  @Override
  public void close() {
    root.close();
  }

  /** Null where there is no such thing. */
  private Fd open(String path) throws LinuxException {
    try {
      return RootedPath.open(root, path);
    } catch (LinuxException e) {
      return switch (e.errno()) {
        case LinuxException.ENOENT, LinuxException.ENOTDIR, LinuxException.ELOOP -> null;
        default -> throw e;
      };
    }
  }

  private static Path proc(Fd fd) {
    return fd == null ? null : Path.of("/proc/self/fd/" + fd.number());
  }

  private static void delete(Path entry) throws IOException {
    if (!Files.isDirectory(entry, NOFOLLOW_LINKS)) {
      Files.deleteIfExists(entry);
      return;
    }
    Files.walkFileTree(
        entry,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
