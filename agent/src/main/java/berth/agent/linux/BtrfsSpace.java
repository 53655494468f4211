package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How btrfs has divided the room on its devices (btrfs-ioctl(2), linux/btrfs.h), which statfs(2)
 * does not tell: into chunks for data and for metadata, and what is in none yet.
 *
 * @param chunks by kind and profile
 * @param devices how many there are
 * @param unallocated bytes of them that are in no chunk
 */
public record BtrfsSpace(List<Chunks> chunks, long devices, long unallocated) {
  private static final long SPACE_INFO = 0xC0109414L;
  private static final long FS_INFO = 0x8400941FL;
  private static final long DEV_INFO = 0xD000941EL;
  private static final int SPACE_HEADER = 16;
  private static final int SPACE = 24;

  /** Kinds times profiles are fewer. */
  private static final int MOST_SPACES = 64;

  private static final int FS_ARGUMENT = 1024;
  private static final int DEVICE_ARGUMENT = 4096;
  private static final int ENODEV = 19;

  /**
   * The chunks of one kind and profile.
   *
   * @param flags what they are for, and how often all in them is kept
   * @param size bytes that they take of what is in them, each counted once
   * @param used bytes of that
   */
  public record Chunks(long flags, long size, long used) {
    private static final long DATA = 1;
    private static final long METADATA = 1 << 2;
    private static final long TWICE = 1 << 4 | 1 << 5 | 1 << 6;
    private static final long RAID5 = 1 << 7;
    private static final long RAID6 = 1 << 8;
    private static final long THRICE = 1 << 9;
    private static final long FOUR_TIMES = 1 << 10;
    private static final long RESERVE = 1L << 49;

    /** Whether what is in files goes there; on small file systems metadata goes there, too. */
    public boolean isData() {
      return (flags & DATA) != 0;
    }

    /** Whether nothing but metadata goes there. */
    public boolean isMetadata() {
      return (flags & METADATA) != 0 && !isData();
    }

    /** Whether it is no kind of chunks but the part of the metadata that is kept free. */
    public boolean isReserve() {
      return (flags & RESERVE) != 0;
    }

    /** How much room on so many devices a byte takes (mkfs.btrfs(8), "PROFILES"). */
    public double copies(long devices) {
      if ((flags & TWICE) != 0) {
        return 2;
      } else if ((flags & THRICE) != 0) {
        return 3;
      } else if ((flags & FOUR_TIMES) != 0) {
        return 4;
      }
      var parity = (flags & RAID5) != 0 ? 1 : (flags & RAID6) != 0 ? 2 : 0;
      return (double) devices / Math.max(1, devices - parity);
    }
  }

  public BtrfsSpace {
    chunks = List.copyOf(chunks);
  }

  /** Asks the kernel about the file system of a directory, which must be btrfs. */
  public static BtrfsSpace of(Path directory) throws LinuxException {
    try (Arena arena = Arena.ofConfined();
        Fd fd = Directory.open(directory)) {
      MemorySegment argument = arena.allocate(FS_ARGUMENT, 8);
      Libc.check(Libc.ioctl(fd.number(), FS_INFO, argument), "look at the btrfs of " + directory);
      long highest = argument.get(JAVA_LONG, 0);
      long devices = argument.get(JAVA_LONG, 8);
      return new BtrfsSpace(chunks(arena, fd), devices, unallocated(arena, fd, highest));
    }
  }

  private static List<Chunks> chunks(Arena arena, Fd fd) throws LinuxException {
    MemorySegment argument = arena.allocate(SPACE_HEADER + MOST_SPACES * SPACE, 8);
    argument.set(JAVA_LONG, 0, MOST_SPACES);
    Libc.check(Libc.ioctl(fd.number(), SPACE_INFO, argument), "look at the space of btrfs");
    var chunks = new ArrayList<Chunks>();
    for (long i = 0; i < argument.get(JAVA_LONG, 8); i++) {
      MemorySegment space = argument.asSlice(SPACE_HEADER + i * SPACE, SPACE);
      chunks.add(
          new Chunks(space.get(JAVA_LONG, 0), space.get(JAVA_LONG, 8), space.get(JAVA_LONG, 16)));
    }
    return chunks;
  }

  /** The numbers of devices have gaps where some were removed. */
  private static long unallocated(Arena arena, Fd fd, long highest) throws LinuxException {
    MemorySegment argument = arena.allocate(DEVICE_ARGUMENT, 8);
    long sum = 0;
    for (long device = 1; device <= highest; device++) {
      argument.fill((byte) 0);
      argument.set(JAVA_LONG, 0, device);
      long result = Libc.ioctl(fd.number(), DEV_INFO, argument);
      if (result != -ENODEV) {
        Libc.check(result, "look at a device of btrfs");
        sum += argument.get(JAVA_LONG, 32) - argument.get(JAVA_LONG, 24);
      }
    }
    return sum;
  }
}
