package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A directory that somebody else may change at any moment. What is done in it is done by the open
 * directory and a name of one part, and follows no symbolic link: whatever is swapped meanwhile,
 * nothing outside of it is reached. A name has a char for each of its bytes (ISO 8859-1), because
 * Linux has bytes for names and not text.
 */
public final class Folder implements AutoCloseable {
  private static final long OPENAT = Libc.X86_64 ? 257 : 56;
  private static final long MKDIRAT = Libc.X86_64 ? 258 : 34;
  private static final long MKNODAT = Libc.X86_64 ? 259 : 33;
  private static final long UNLINKAT = Libc.X86_64 ? 263 : 35;
  private static final long LINKAT = Libc.X86_64 ? 265 : 37;
  private static final long SYMLINKAT = Libc.X86_64 ? 266 : 36;
  private static final long RENAMEAT2 = Libc.X86_64 ? 316 : 276;
  private static final long GETDENTS64 = Libc.X86_64 ? 217 : 61;
  private static final long O_PATH = 010000000;
  private static final long O_CLOEXEC = 02000000;
  private static final long O_DIRECTORY = Libc.X86_64 ? 0200000 : 040000;
  private static final long O_NOFOLLOW = Libc.X86_64 ? 0400000 : 0100000;
  private static final long O_CREATE_NEW = 01 | 0100 | 0200;
  private static final long AT_REMOVEDIR = 0x200;
  private static final long RESOLVE_IN_THIS_MOUNT = 0x01 | 0x04 | 0x08;
  private static final long NOREPLACE = 1;
  private static final long S_IFIFO = 0010000;
  private static final long S_IFCHR = 0020000;
  private static final long S_IFBLK = 0060000;
  private static final long OWNERS_FILE = 0600;
  private static final long OWNERS_FOLDER = 0700;
  private static final int ENTRIES = 16 << 10;
  private static final int DEEPEST = 1100;
  private static final int LONGEST_SHOWN = 1 << 10;

  private final Fd fd;

  private Folder(Fd fd) {
    this.fd = fd;
  }

  /** Takes over a directory that is open for reading. */
  public static Folder of(Fd fd) {
    return new Folder(fd);
  }

  /** Opens what a handle is on, which must be a directory; the handle stays the caller's. */
  public static Folder reopen(Fd place) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      return new Folder(open(arena, place, ".", O_DIRECTORY, 0));
    }
  }

  public Fd fd() {
    return fd;
  }

  /** A handle on what has a name here (only its place, {@code O_PATH}); also on a link itself. */
  public Fd look(String name) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      return open(arena, fd, name, O_PATH | O_NOFOLLOW, 0);
    }
  }

  /** The same; empty where nothing has the name. */
  public Optional<Fd> find(String name) throws LinuxException {
    try {
      return Optional.of(look(name));
    } catch (LinuxException e) {
      if (e.errno() == LinuxException.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * The same of what is in this folder's own mount, whatever is mounted over the name meanwhile:
   * fails with {@link LinuxException#ESTALE} where that is another one's.
   */
  public Fd lookHere(String name) throws LinuxException {
    return openHere(name, O_PATH);
  }

  /** A new file to write to; nothing may have the name. */
  public Fd create(String name) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      return open(arena, fd, name, O_CREATE_NEW | O_NOFOLLOW, OWNERS_FILE);
    }
  }

  /** A new directory for its owner alone; nothing may have the name. */
  public Folder make(String name) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long made =
          Libc.syscall(MKDIRAT, fd.number(), bytes(arena, name).address(), OWNERS_FOLDER, 0);
      Libc.check(made, "make the folder " + shown(name));
    }
    return new Folder(openHere(name, O_DIRECTORY));
  }

  /** A new symbolic link, whatever it leads to. */
  public void link(String name, String target) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long text = bytes(arena, target).address();
      long made = Libc.syscall(SYMLINKAT, text, fd.number(), bytes(arena, name).address(), 0);
      Libc.check(made, "make the symbolic link " + shown(name));
    }
  }

  /** Another name here for a file of another folder. */
  public void same(String name, Folder other, String file) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long from = bytes(arena, file).address();
      long to = bytes(arena, name).address();
      long made = Libc.syscall(LINKAT, other.fd.number(), from, fd.number(), to, 0);
      Libc.check(made, "link " + shown(name) + " to " + shown(file));
    }
  }

  /** A new named pipe. */
  public void pipe(String name) throws LinuxException {
    node(name, S_IFIFO, 0);
  }

  /** A new node of a device. */
  public void device(String name, FileStatus.Node node) throws LinuxException {
    // As the kernel takes it: 12 bits of the major number between 20 of the minor one.
    long number = (node.minor() & 0xff) | node.major() << 8 | (node.minor() & ~0xffL) << 12;
    node(name, node.block() ? S_IFBLK : S_IFCHR, number);
  }

  private void node(String name, long type, long device) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long text = bytes(arena, name).address();
      long made = Libc.syscall(MKNODAT, fd.number(), text, type | OWNERS_FILE, device);
      Libc.check(made, "make the special file " + shown(name));
    }
  }

  /** Gives it another name here, in the place of a file that has it. */
  public void rename(String from, String to) throws LinuxException {
    rename(from, to, 0);
  }

  /** The same; fails with {@link LinuxException#EEXIST} where anything has the name. */
  public void renameNew(String from, String to) throws LinuxException {
    rename(from, to, NOREPLACE);
  }

  /** Removes a file, or a link itself; one that is not there is fine. */
  public void remove(String name) throws LinuxException {
    remove(name, 0);
  }

  /**
   * Removes whatever has a name, a directory with all that is in it; nothing is fine. What is in
   * other mounts stays, and so do folders that are not to be removed.
   */
  public void removeTree(String name, Predicate<FileStatus> removable) throws IOException {
    removeTree(name, removable, 0);
  }

  private void removeTree(String name, Predicate<FileStatus> removable, int depth)
      throws IOException {
    try (Fd place = lookHere(name)) {
      FileStatus status = FileStatus.of(place);
      if (status.type() != FileStatus.Type.FOLDER) {
        remove(name, 0);
        return;
      }
      if (!removable.test(status) || depth > DEEPEST) {
        throw new IOException("can't remove the folder " + shown(name));
      }
      try (Folder folder = reopen(place)) {
        folder.each(one -> folder.removeTree(one, removable, depth + 1));
      }
    } catch (LinuxException e) {
      if (e.errno() == LinuxException.ENOENT) {
        return;
      }
      throw e;
    }
    remove(name, AT_REMOVEDIR);
  }

  /** Takes a name. */
  @FunctionalInterface
  public interface Names {
    void take(String name) throws IOException;
  }

  /** Hands over the names of all that is here, in no order; read bit by bit. */
  public void each(Names taker) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(ENTRIES, 8);
      for (long count; (count = entries(buffer)) > 0; ) {
        long next;
        for (long at = 0; at < count; at = next) {
          next = at + Short.toUnsignedInt(buffer.get(JAVA_SHORT_UNALIGNED, at + 16));
          String name = text(buffer.asSlice(at + 19, next - at - 19));
          if (!name.equals(".") && !name.equals("..")) {
            taker.take(name);
          }
        }
      }
    }
  }

  @Override
  public void close() {
    fd.close();
  }

  /** A name for people: its bytes as UTF-8, without control characters; of a long one a part. */
  public static String shown(String name) {
    var part = LONGEST_SHOWN / 2 - 2;
    var cut =
        name.length() <= LONGEST_SHOWN
            ? name
            : name.substring(0, part) + "..." + name.substring(name.length() - part);
    var text = new String(cut.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  /** A text as a name: a char for each byte of its UTF-8. */
  public static String raw(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** A name as the kernel takes it. */
  static MemorySegment bytes(Arena arena, String name) {
    return arena.allocateFrom(name, StandardCharsets.ISO_8859_1);
  }

  private static String text(MemorySegment name) {
    int length = 0;
    while (name.get(JAVA_BYTE, length) != 0) {
      length++;
    }
    return new String(name.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
  }

  private long entries(MemorySegment buffer) throws LinuxException {
    return Libc.check(
        Libc.syscall(GETDENTS64, fd.number(), buffer.address(), buffer.byteSize(), 0),
        "list a folder");
  }

  private void rename(String from, String to, long flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long here = fd.number();
      long old = bytes(arena, from).address();
      long done = Libc.syscall(RENAMEAT2, here, old, here, bytes(arena, to).address(), flags);
      Libc.check(done, "rename " + shown(from) + " to " + shown(to));
    }
  }

  private void remove(String name, long flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long done = Libc.syscall(UNLINKAT, fd.number(), bytes(arena, name).address(), flags, 0);
      if (done != -LinuxException.ENOENT) {
        Libc.check(done, "remove " + shown(name));
      }
    }
  }

  /** No mount, no link and nothing outside is what is opened. */
  private Fd openHere(String name, long flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long all = flags | O_NOFOLLOW | O_CLOEXEC;
      long opened = RootedPath.open(fd, bytes(arena, name), all, RESOLVE_IN_THIS_MOUNT);
      if (opened == -LinuxException.EXDEV) {
        throw LinuxException.of("open " + shown(name), LinuxException.ESTALE);
      }
      return Fd.owning(Libc.check(opened, "open " + shown(name)));
    }
  }

  private static Fd open(Arena arena, Fd from, String name, long flags, long mode)
      throws LinuxException {
    long text = bytes(arena, name).address();
    long opened = Libc.syscall(OPENAT, from.number(), text, flags | O_CLOEXEC, mode);
    return Fd.owning(Libc.check(opened, "open " + shown(name)));
  }
}
