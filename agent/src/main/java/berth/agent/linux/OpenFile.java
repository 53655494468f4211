package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What can be done with a file that is open, or that a handle is on, without its name. */
public final class OpenFile {
  private static final long OPENAT = Libc.X86_64 ? 257 : 56;
  private static final long READLINKAT = Libc.X86_64 ? 267 : 78;
  private static final long FCHOWNAT = Libc.X86_64 ? 260 : 54;
  private static final long FCHMODAT = Libc.X86_64 ? 268 : 53;
  private static final long UTIMENSAT = Libc.X86_64 ? 280 : 88;
  private static final long LSEEK = Libc.X86_64 ? 8 : 62;
  private static final long FTRUNCATE = Libc.X86_64 ? 77 : 46;
  private static final long SETXATTR = Libc.X86_64 ? 188 : 5;
  private static final long GETXATTR = Libc.X86_64 ? 191 : 8;
  private static final long LISTXATTR = Libc.X86_64 ? 194 : 11;
  private static final long HERE = -100;
  private static final long AT_EMPTY_PATH = 0x1000;
  private static final long O_CLOEXEC = 02000000;
  private static final long O_NONBLOCK_NOCTTY = 04000 | 0400;
  private static final long UTIME_OMIT = (1L << 30) - 2;
  private static final int SEEK_SET = 0;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int ENXIO = 6;
  private static final int LONGEST_LINK = 4096;
  private static final int LARGEST_ATTRIBUTE = 64 << 10;

  /** Of one file, so that an archive's headers for it are no larger than 1 MiB. */
  private static final int LARGEST_ATTRIBUTES = 960 << 10;

  private static final int AROUND_AN_ATTRIBUTE = 32;

  private OpenFile() {}

  /** Opens what a handle is on, a plain file, for reading. */
  public static Fd read(Fd place) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long fd = Libc.syscall(OPENAT, HERE, proc(arena, place), O_CLOEXEC | O_NONBLOCK_NOCTTY, 0);
      return Fd.owning(Libc.check(fd, "open a file"));
    }
  }

  /** Where the symbolic link that a handle is on leads to; a char for each byte. */
  public static String target(Fd link) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(LONGEST_LINK);
      long empty = arena.allocateFrom("").address();
      long length =
          Libc.check(
              Libc.syscall(READLINKAT, link.number(), empty, into.address(), LONGEST_LINK),
              "read a symbolic link");
      return new String(into.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }
  }

  /** Where data begins at or after a place; empty where only a hole is left. */
  public static Optional<Long> data(Fd file, long from) throws LinuxException {
    long at = Libc.syscall(LSEEK, file.number(), from, SEEK_DATA, 0);
    return at == -ENXIO ? Optional.empty() : Optional.of(Libc.check(at, "look for data"));
  }

  /** Where the hole begins that is behind the data at a place; the file's end at the latest. */
  public static long hole(Fd file, long from) throws LinuxException {
    return Libc.check(Libc.syscall(LSEEK, file.number(), from, SEEK_HOLE, 0), "look for a hole");
  }

  /** Goes to a place from which is read or written next. */
  public static void seek(Fd file, long to) throws LinuxException {
    Libc.check(Libc.syscall(LSEEK, file.number(), to, SEEK_SET, 0), "go to a place in a file");
  }

  /** Makes it so long, with a hole where nothing was written. */
  public static void length(Fd file, long length) throws LinuxException {
    Libc.check(Libc.syscall(FTRUNCATE, file.number(), length, 0, 0), "set a file's length");
  }

  /** Sets the permissions of what a handle is on, which must be no link. */
  public static void mode(Fd place, int mode) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      Libc.check(Libc.syscall(FCHMODAT, HERE, proc(arena, place), mode, 0), "set a file's mode");
    }
  }

  /** Gives what a handle is on, a link itself too, to this user and group of the host's. */
  public static void own(Fd place, long uid, long gid) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long empty = arena.allocateFrom("").address();
      Libc.check(
          Libc.syscall(FCHOWNAT, place.number(), empty, uid, gid, AT_EMPTY_PATH),
          "change the owner of a file");
    }
  }

  /** Says when what is open, or what a handle is on, a link itself too, was changed last. */
  public static void modified(Fd file, Instant at) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long empty = arena.allocateFrom("").address();
      MemorySegment times = arena.allocate(32, 8);
      times.set(JAVA_LONG, 8, UTIME_OMIT);
      times.set(JAVA_LONG, 16, at.getEpochSecond());
      times.set(JAVA_LONG, 24, at.getNano());
      Libc.check(
          Libc.syscall(UTIMENSAT, file.number(), empty, times.address(), AT_EMPTY_PATH),
          "set a file's time");
    }
  }

  /**
   * The extended attributes of what a handle is on (xattr(7)), which must be no link; the names
   * with a char for each byte. Fails with {@link LinuxException#E2BIG} where they are many.
   */
  public static Map<String, byte[]> attributes(Fd place) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment names = arena.allocate(LARGEST_ATTRIBUTE);
      long length =
          Libc.syscall(LISTXATTR, proc(arena, place), names.address(), names.byteSize(), 0);
      if (length == -LinuxException.EOPNOTSUPP) {
        return Map.of();
      }
      Libc.check(length, "list a file's attributes");
      var all = new LinkedHashMap<String, byte[]>();
      MemorySegment value = length == 0 ? names : arena.allocate(LARGEST_ATTRIBUTE);
      var list =
          new String(names.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
      int room = LARGEST_ATTRIBUTES;
      for (String name : list.split("\0", -1)) {
        Optional<byte[]> bytes =
            name.isEmpty() ? Optional.empty() : attribute(arena, place, name, value);
        if (bytes.isPresent()) {
          room -= 3 * name.length() + AROUND_AN_ATTRIBUTE + bytes.get().length;
          if (room < 0) {
            throw LinuxException.of("read a file's attributes", LinuxException.E2BIG);
          }
          all.put(name, bytes.get());
        }
      }
      return all;
    }
  }

  /** Sets an extended attribute. */
  public static void attribute(Fd place, String name, byte[] value) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Math.max(1, value.length));
      MemorySegment.copy(value, 0, bytes, JAVA_BYTE, 0, value.length);
      long key = Folder.bytes(arena, name).address();
      Libc.check(
          Libc.syscall(SETXATTR, proc(arena, place), key, bytes.address(), value.length, 0),
          "set the attribute " + Folder.shown(name));
    }
  }

  /** Empty where it is gone meanwhile. */
  private static Optional<byte[]> attribute(Arena arena, Fd place, String name, MemorySegment into)
      throws LinuxException {
    long key = Folder.bytes(arena, name).address();
    long length = Libc.syscall(GETXATTR, proc(arena, place), key, into.address(), into.byteSize());
    return length == -LinuxException.ENODATA
        ? Optional.empty()
        : Optional.of(
            into.asSlice(0, Libc.check(length, "read the attribute " + Folder.shown(name)))
                .toArray(JAVA_BYTE));
  }

  private static long proc(Arena arena, Fd fd) {
    return arena.allocateFrom("/proc/self/fd/" + fd.number()).address();
  }
}
