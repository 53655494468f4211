package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The file system that holds a path (statfs(2)).
 *
 * @param type its magic number
 * @param size of all of it, in bytes
 * @param free what root may still write, in bytes
 * @param available what others may still write, in bytes; so may root in a user namespace
 * @param inodes how many files there can be; 0 where that is no matter
 * @param freeInodes how many there can still be
 */
public record FileSystem(
    long type, long size, long free, long available, long inodes, long freeInodes) {
  private static final long STATFS = Libc.X86_64 ? 137 : 43;
  private static final long SYNCFS = Libc.X86_64 ? 306 : 267;
  private static final long FSYNC = Libc.X86_64 ? 74 : 82;
  private static final long BTRFS = 0x9123683EL;

  /** Asks the kernel. */
  public static FileSystem of(Path path) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statfs = arena.allocate(120, 8);
      MemorySegment name = arena.allocateFrom(path.toString());
      long result = Libc.syscall(STATFS, name.address(), statfs.address(), 0, 0);
      Libc.check(result, "look at the file system of " + path);
      long block = statfs.get(JAVA_LONG, 8);
      return new FileSystem(
          statfs.get(JAVA_LONG, 0),
          statfs.get(JAVA_LONG, 16) * block,
          statfs.get(JAVA_LONG, 24) * block,
          statfs.get(JAVA_LONG, 32) * block,
          statfs.get(JAVA_LONG, 40),
          statfs.get(JAVA_LONG, 48));
    }
  }

  /** Whether subvolumes can be made in it. */
  public boolean btrfs() {
    return type == BTRFS;
  }

  /** Everything written to the file system of this directory is on the disk afterwards. */
  public static void sync(Path directory) throws LinuxException {
    try (Fd fd = Directory.open(directory)) {
      Libc.check(Libc.syscall(SYNCFS, fd.number(), 0, 0, 0), "write out " + directory);
    }
  }

  /** The same of an open directory. */
  public static void sync(Fd directory) throws LinuxException {
    Libc.check(Libc.syscall(SYNCFS, directory.number(), 0, 0, 0), "write out a file system");
  }

  /** The names of the entries of this directory are on the disk afterwards (fsync(2)). */
  public static void syncEntries(Path directory) throws LinuxException {
    try (Fd fd = Directory.open(directory)) {
      Libc.check(Libc.syscall(FSYNC, fd.number(), 0, 0, 0), "write out the names in " + directory);
    }
  }
}
