package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.protocol.Bytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Opens directories (openat2(2)), never by way of a symbolic link in the last place. */
public final class Directory {
  private static final long OPENAT2 = 437;
  private static final long UNLINKAT = Libc.X86_64 ? 263 : 35;
  private static final long AT_REMOVEDIR = 0x200;
  private static final long HERE = -100;
  private static final long O_DIRECTORY = Libc.X86_64 ? 0200000 : 040000;
  private static final long O_NOFOLLOW = Libc.X86_64 ? 0400000 : 0100000;
  private static final long O_CLOEXEC = 02000000;
  private static final long RESOLVE_NO_SYMLINKS = 0x04;
  private static final long RESOLVE_BENEATH = 0x08;

  private Directory() {}

  /** A directory of the host's. */
  public static Fd open(Path path) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long fd = open(arena, HERE, arena.allocateFrom(path.toString()), 0);
      return Fd.owning(Libc.check(fd, "open the directory " + path));
    }
  }

  /** A directory beneath another one, through no symbolic link; the name ends in a zero byte. */
  static Fd beneath(Arena arena, Fd directory, MemorySegment name) throws LinuxException {
    long fd = open(arena, directory.number(), name, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
    return Fd.owning(Libc.check(fd, "open a nested directory"));
  }

  /** Removes an empty directory that is in another one. */
  static void remove(Arena arena, Fd directory, Bytes name) throws LinuxException {
    long result =
        Libc.syscall(UNLINKAT, directory.number(), name(arena, name).address(), AT_REMOVEDIR, 0);
    Libc.check(result, "remove the directory " + name.text());
  }

  /** A name as the kernel takes it: with a zero byte at its end. */
  static MemorySegment name(Arena arena, Bytes name) {
    MemorySegment text = arena.allocate(name.length() + 1L);
    MemorySegment.copy(name.array(), 0, text, ValueLayout.JAVA_BYTE, 0, name.length());
    return text;
  }

  private static long open(Arena arena, long from, MemorySegment name, long resolve) {
    MemorySegment how = arena.allocate(24, 8);
    how.set(JAVA_LONG, 0, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    how.set(JAVA_LONG, 16, resolve);
    return Libc.syscall(OPENAT2, from, name.address(), how.address(), how.byteSize());
  }
}
