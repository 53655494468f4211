package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.charset.StandardCharsets.UTF_8;

import berth.protocol.Bytes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Btrfs subvolumes by the kernel's own calls (btrfs-ioctl(2), linux/btrfs.h): no program to start,
 * and no listing to read in which a container could have put names of its own making.
 */
public final class Subvolumes {
  private static final long CREATE_V2 = 0x50009418L;
  private static final long SNAPSHOT_V2 = 0x50009417L;
  private static final long DESTROY_V2 = 0x5000943FL;
  private static final long GET_FLAGS = 0x80089419L;
  private static final long SET_FLAGS = 0x4008941AL;
  private static final long TREE_SEARCH = 0xD0009411L;
  private static final long INO_LOOKUP = 0xD0009412L;
  private static final long QGROUP_LIMIT = 0x8030942BL;
  private static final long READ_ONLY = 2;
  private static final long MAX_REFERENCED = 1;
  private static final int LIMIT_ARGUMENT = 48;
  private static final long BY_ID = 16;
  private static final long ROOT_TREE = 1;
  private static final long QUOTA_TREE = 8;
  private static final long FIRST_FREE = 256;
  private static final int ROOT_REF = 156;
  private static final int ANY_TYPE = 255;
  private static final int ARGUMENT = 4096;

  private Subvolumes() {}

  /** Whether this is the root of a subvolume; the path must be on btrfs. */
  public static boolean is(Path path) throws IOException {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
        && Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS).equals(FIRST_FREE);
  }

  /** A new and empty one. */
  public static void create(Path path) throws LinuxException {
    try (Arena arena = Arena.ofConfined();
        Fd parent = Directory.open(path.getParent())) {
      MemorySegment argument = named(arena, path);
      Libc.check(Libc.ioctl(parent.number(), CREATE_V2, argument), "make subvolume " + path);
    }
  }

  /** A writable one with the contents of another, which nested subvolumes are no part of. */
  public static void snapshot(Path source, Path path) throws LinuxException {
    try (Arena arena = Arena.ofConfined();
        Fd from = Directory.open(source);
        Fd parent = Directory.open(path.getParent())) {
      MemorySegment argument = named(arena, path);
      argument.set(JAVA_LONG, 0, from.number());
      Libc.check(Libc.ioctl(parent.number(), SNAPSHOT_V2, argument), "snapshot " + source);
    }
  }

  /**
   * The same with those nested in it, each as it was at its own moment.
   *
   * @throws LinuxException also where somebody moves the nested ones about meanwhile
   */
  public static void snapshotAll(Path source, Path path) throws LinuxException {
    snapshot(source, path);
    try (Arena arena = Arena.ofConfined();
        Fd from = Directory.open(source);
        Fd to = Directory.open(path)) {
      snapshotNested(from, id(arena, from), to);
    }
  }

  /** In the snapshot an empty folder stands for each nested one (btrfs-subvolume(8)). */
  private static void snapshotNested(Fd from, long id, Fd to) throws LinuxException {
    for (Child child : children(from, id)) {
      try (Arena arena = Arena.ofConfined();
          Fd nested = Directory.beneath(arena, from, pathOf(arena, from, id, child));
          Fd folder = Directory.beneath(arena, to, folderOf(arena, from, id, child))) {
        if (id(arena, nested) != child.id()) {
          throw new LinuxException("snapshot of " + child.name().text(), LinuxException.ESTALE);
        }
        Directory.remove(arena, folder, child.name());
        MemorySegment argument = named(arena, child.name().array());
        argument.set(JAVA_LONG, 0, nested.number());
        Libc.check(
            Libc.ioctl(folder.number(), SNAPSHOT_V2, argument), "snapshot " + child.name().text());
        try (Fd copy = Directory.beneath(arena, folder, Directory.name(arena, child.name()))) {
          snapshotNested(nested, child.id(), copy);
        }
      }
    }
  }

  /** Makes it read-only, or writable again. */
  public static void readOnly(Path path, boolean on) throws LinuxException {
    try (Arena arena = Arena.ofConfined();
        Fd fd = Directory.open(path)) {
      readOnly(arena, fd, on);
    }
  }

  /** Makes it read-only with those nested in it. */
  public static void readOnlyAll(Path path) throws LinuxException {
    try (Arena arena = Arena.ofConfined();
        Fd fd = Directory.open(path)) {
      readOnlyAll(arena, fd);
    }
  }

  private static void readOnlyAll(Arena arena, Fd fd) throws LinuxException {
    long id = id(arena, fd);
    for (Child child : children(fd, id)) {
      try (Arena inner = Arena.ofConfined();
          Fd nested = Directory.beneath(inner, fd, pathOf(inner, fd, id, child))) {
        readOnlyAll(inner, nested);
      }
    }
    readOnly(arena, fd, true);
  }

  /**
   * Limits what it refers to, shared with others or not, by its quota group (btrfs-qgroup(8)); what
   * is nested in it has groups of its own.
   *
   * @param bytes the most; -1 for no limit
   * @throws LinuxException also with ENOTCONN where the file system counts no quotas
   */
  public static void limit(Path path, long bytes) throws LinuxException {
    try (Arena arena = Arena.ofConfined();
        Fd fd = Directory.open(path)) {
      MemorySegment argument = arena.allocate(LIMIT_ARGUMENT, 8); // of group 0: its own
      argument.set(JAVA_LONG, 8, MAX_REFERENCED);
      argument.set(JAVA_LONG, 16, bytes);
      Libc.check(Libc.ioctl(fd.number(), QGROUP_LIMIT, argument), "limit subvolume " + path);
    }
  }

  /** Whether the file system of this directory counts quotas, which {@link #limit} needs. */
  public static boolean countsQuotas(Path path) throws LinuxException {
    try (Arena arena = Arena.ofConfined();
        Fd fd = Directory.open(path)) {
      MemorySegment search = arena.allocate(ARGUMENT, 8);
      long[] key = {QUOTA_TREE, 0, -1, 0, -1, 0, -1};
      long result = Libc.ioctl(fd.number(), TREE_SEARCH, search(search, key, 0, ANY_TYPE, 1));
      if (result != -LinuxException.ENOENT) {
        Libc.check(result, "look for the quotas of " + path);
      }
      return result != -LinuxException.ENOENT;
    }
  }

  /** Removes it with those nested in it, the deepest first. The kernel frees the space later. */
  public static void delete(Path path) throws LinuxException {
    try (Arena arena = Arena.ofConfined();
        Fd parent = Directory.open(path.getParent())) {
      long id;
      try (Fd fd = Directory.open(path)) {
        id = id(arena, fd);
        readOnly(arena, fd, false);
        deleteNested(fd, id);
      }
      destroy(arena, parent, id, path.toString());
    }
  }

  private record Child(long id, long folder, Bytes name) {}

  private static void deleteNested(Fd fd, long id) throws LinuxException {
    for (Child child : children(fd, id)) {
      try (Arena arena = Arena.ofConfined()) {
        try (Fd nested = Directory.beneath(arena, fd, pathOf(arena, fd, id, child))) {
          readOnly(arena, nested, false);
          deleteNested(nested, child.id());
        }
        destroy(arena, fd, child.id(), child.name().text());
      }
    }
  }

  private static void destroy(Arena arena, Fd parent, long id, String name) throws LinuxException {
    MemorySegment argument = arena.allocate(ARGUMENT, 8);
    argument.set(JAVA_LONG, 16, BY_ID);
    argument.set(JAVA_LONG, 56, id);
    Libc.check(Libc.ioctl(parent.number(), DESTROY_V2, argument), "remove subvolume " + name);
  }

  private static void readOnly(Arena arena, Fd fd, boolean on) throws LinuxException {
    MemorySegment flags = arena.allocate(JAVA_LONG);
    Libc.check(Libc.ioctl(fd.number(), GET_FLAGS, flags), "read a subvolume's flags");
    long old = flags.get(JAVA_LONG, 0);
    long wanted = on ? old | READ_ONLY : old & ~READ_ONLY;
    if (wanted != old) {
      flags.set(JAVA_LONG, 0, wanted);
      Libc.check(Libc.ioctl(fd.number(), SET_FLAGS, flags), "set a subvolume's flags");
    }
  }

  private static long id(Arena arena, Fd fd) throws LinuxException {
    return lookup(arena, fd, 0, FIRST_FREE).get(JAVA_LONG, 0);
  }

  /** Where a nested one is, seen from the root of the one that it is in. */
  private static MemorySegment pathOf(Arena arena, Fd fd, long id, Child child)
      throws LinuxException {
    MemorySegment folder = lookup(arena, fd, id, child.folder()).asSlice(16);
    long length = length(folder);
    MemorySegment path = arena.allocate(length + child.name().length() + 1);
    MemorySegment.copy(folder, 0, path, 0, length);
    MemorySegment.copy(child.name().array(), 0, path, JAVA_BYTE, length, child.name().length());
    return path;
  }

  /** The folder that it is in, seen from the same place. */
  private static MemorySegment folderOf(Arena arena, Fd fd, long id, Child child)
      throws LinuxException {
    MemorySegment folder = lookup(arena, fd, id, child.folder()).asSlice(16);
    return length(folder) == 0 ? arena.allocateFrom(".") : folder;
  }

  private static long length(MemorySegment text) {
    long length = 0;
    while (text.get(JAVA_BYTE, length) != 0) {
      length++;
    }
    return length;
  }

  private static MemorySegment lookup(Arena arena, Fd fd, long tree, long inode)
      throws LinuxException {
    MemorySegment argument = arena.allocate(ARGUMENT, 8);
    argument.set(JAVA_LONG, 0, tree);
    argument.set(JAVA_LONG, 8, inode);
    Libc.check(Libc.ioctl(fd.number(), INO_LOOKUP, argument), "look up a folder in a subvolume");
    return argument;
  }

  /** Reads the references from one subvolume to others out of the tree of roots. */
  private static List<Child> children(Fd fd, long id) throws LinuxException {
    var children = new ArrayList<Child>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(ARGUMENT, 8);
      for (long next = 0; search(found, fd, id, next) > 0; next = children.getLast().id() + 1) {
        read(found, children);
      }
    }
    return children;
  }

  private static int search(MemorySegment search, Fd fd, long id, long next) throws LinuxException {
    long[] key = {ROOT_TREE, id, id, next, -1, 0, -1};
    search(search, key, ROOT_REF, ROOT_REF, ARGUMENT);
    Libc.check(Libc.ioctl(fd.number(), TREE_SEARCH, search), "list nested subvolumes");
    return search.get(JAVA_INT, 64);
  }

  /** Says what is looked for: the tree, and between which keys; at most so many items. */
  private static MemorySegment search(
      MemorySegment search, long[] key, int fromType, int toType, int most) {
    for (int i = 0; i < key.length; i++) {
      search.set(JAVA_LONG, i * 8L, key[i]);
    }
    search.set(JAVA_INT, 56, fromType);
    search.set(JAVA_INT, 60, toType);
    search.set(JAVA_INT, 64, most);
    return search;
  }

  private static void read(MemorySegment found, List<Child> into) {
    long at = 104;
    for (int left = found.get(JAVA_INT, 64); left > 0; left--) {
      long folder = found.get(JAVA_LONG_UNALIGNED, at + 32);
      byte[] name = new byte[found.get(JAVA_SHORT_UNALIGNED, at + 48)];
      MemorySegment.copy(found, JAVA_BYTE, at + 50, name, 0, name.length);
      into.add(new Child(found.get(JAVA_LONG_UNALIGNED, at + 16), folder, Bytes.of(name)));
      at += 32 + found.get(JAVA_INT_UNALIGNED, at + 28);
    }
  }

  private static MemorySegment named(Arena arena, Path path) {
    return named(arena, path.getFileName().toString().getBytes(UTF_8));
  }

  private static MemorySegment named(Arena arena, byte[] name) {
    MemorySegment argument = arena.allocate(ARGUMENT, 8);
    MemorySegment.copy(name, 0, argument, JAVA_BYTE, 56, name.length);
    return argument;
  }
}
