package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Finds a file below a directory that somebody else controls. A symbolic link in there, absolute or
 * with dots, leads at most to the directory itself and never out of it (openat2(2), {@code
 * RESOLVE_IN_ROOT}), so that a container can't make the host open a file of the host's.
 */
public final class RootedPath {
  private static final long OPENAT2 = 437;
  private static final long O_PATH_CLOEXEC = 010000000 | 02000000;
  private static final long RESOLVE_NO_MAGICLINKS = 0x02;
  private static final long RESOLVE_IN_ROOT = 0x10;

  private static final long RESOLVE_BENEATH = 0x08;

  /** Of a race with a rename or a mount; the next try may do (openat2(2), EAGAIN). */
  private static final int TRIES = 100;

  private RootedPath() {}

  /** A handle on a file (only its place, {@code O_PATH}), the path being seen from the root. */
  public static Fd open(Fd root, String path) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      return open(root, arena.allocateFrom(path), path, RESOLVE_IN_ROOT);
    }
  }

  /**
   * A handle on what is somewhere beneath a directory. Symbolic links on the way are followed where
   * they stay beneath it; one that leads out of it fails with {@link LinuxException#EXDEV}.
   *
   * @param path a char for each byte
   */
  public static Fd beneath(Fd directory, String path) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      var name = Folder.bytes(arena, path.isEmpty() ? "." : path);
      return open(directory, name, Folder.shown(path), RESOLVE_BENEATH);
    }
  }

  /** The same, seen from a root: a link that would lead out of it leads to the root at most. */
  public static Fd inRoot(Fd root, String path) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      var name = Folder.bytes(arena, path.isEmpty() ? "." : path);
      return open(root, name, Folder.shown(path), RESOLVE_IN_ROOT);
    }
  }

  private static Fd open(Fd from, MemorySegment name, String path, long resolve)
      throws LinuxException {
    long fd = open(from, name, O_PATH_CLOEXEC, RESOLVE_NO_MAGICLINKS | resolve);
    return Fd.owning(Libc.check(fd, "open " + path + " in a container"));
  }

  /** The kernel's answer: a number, or an error's below zero. */
  static long open(Fd from, MemorySegment name, long flags, long resolve) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment how = arena.allocate(24, 8);
      how.set(JAVA_LONG, 0, flags);
      how.set(JAVA_LONG, 8, 0);
      how.set(JAVA_LONG, 16, resolve);
      long fd = -LinuxException.EAGAIN;
      for (int i = 0; fd == -LinuxException.EAGAIN && i < TRIES; i++) {
        fd = Libc.syscall(OPENAT2, from.number(), name.address(), how.address(), how.byteSize());
      }
      return fd;
    }
  }
}
