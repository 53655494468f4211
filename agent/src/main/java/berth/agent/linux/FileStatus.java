package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * What the kernel says of an open file or a handle on one (statx(2)).
 *
 * @param mode its permissions, with the set-ID and sticky bits
 * @param uid whom it belongs to, by the host's number
 * @param allocated how much of the disk it takes, in bytes
 * @param links how many names it has
 * @param device of the file system that it is in
 * @param node which device it is the node of, where it is one
 */
public record FileStatus(
    Type type,
    int mode,
    long uid,
    long gid,
    long size,
    long allocated,
    Instant modified,
    int links,
    long device,
    long inode,
    Node node) {
  private static final long STATX = Libc.X86_64 ? 332 : 291;
  private static final long FSTATFS = Libc.X86_64 ? 138 : 44;
  private static final long AT_EMPTY_PATH = 0x1000;
  private static final long BASIC = 0x7ff;
  private static final int TYPE = 0170000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final long UNSIGNED = 0xFFFFFFFFL;

  /** Which device a node is for: its kind and its numbers (makedev(3)). */
  public record Node(boolean block, long major, long minor) {}

  /** What a file is. */
  public enum Type {
    FILE,
    FOLDER,
    LINK,
    PIPE,
    SOCKET,
    DEVICE
  }

  /** Asks the kernel. */
  public static FileStatus of(Fd fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(256, 8);
      long empty = arena.allocateFrom("").address();
      Libc.check(
          Libc.syscall(STATX, fd.number(), empty, AT_EMPTY_PATH, BASIC, x.address()),
          "look at a file");
      int mode = Short.toUnsignedInt(x.get(JAVA_SHORT, 28));
      return new FileStatus(
          type(mode),
          mode & 07777,
          x.get(JAVA_INT, 20) & UNSIGNED,
          x.get(JAVA_INT, 24) & UNSIGNED,
          x.get(JAVA_LONG, 40),
          x.get(JAVA_LONG, 48) * 512,
          Instant.ofEpochSecond(x.get(JAVA_LONG, 112), x.get(JAVA_INT, 120)),
          x.get(JAVA_INT, 16),
          (x.get(JAVA_INT, 136) & UNSIGNED) << 32 | (x.get(JAVA_INT, 140) & UNSIGNED),
          x.get(JAVA_LONG, 32),
          new Node(
              (mode & TYPE) == BLOCK_DEVICE,
              x.get(JAVA_INT, 128) & UNSIGNED,
              x.get(JAVA_INT, 132) & UNSIGNED));
    }
  }

  /** The magic number of the file system that an open file or a handle is in (statfs(2)). */
  public static long fileSystem(Fd fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statfs = arena.allocate(120, 8);
      Libc.check(
          Libc.syscall(FSTATFS, fd.number(), statfs.address(), 0, 0), "look at a file system");
      return statfs.get(JAVA_LONG, 0);
    }
  }

  private static Type type(int mode) {
    return switch (mode & TYPE) {
      case 0100000 -> Type.FILE;
      case 0040000 -> Type.FOLDER;
      case 0120000 -> Type.LINK;
      case 0010000 -> Type.PIPE;
      case 0140000 -> Type.SOCKET;
      default -> Type.DEVICE;
    };
  }
}
