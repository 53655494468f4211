package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The immutable flag of a folder (ioctl_iflags(2), chattr(1) {@code +i}), which is what
 * machinectl(1) calls a read-only image where the image is a plain folder.
 */
public final class Immutable {
  private static final long GET_FLAGS = 0x80086601L;
  private static final long SET_FLAGS = 0x40086602L;
  private static final int IMMUTABLE = 0x10;
  private static final int ENOTTY = 25;
  private static final int EOPNOTSUPP = 95;

  private Immutable() {}

  /** Sets it or takes it away; a file system without such flags is left alone. */
  public static void set(Path folder, boolean on) throws LinuxException {
    try (Arena arena = Arena.ofConfined();
        Fd fd = Directory.open(folder)) {
      MemorySegment flags = arena.allocate(8, 8);
      long result = Libc.ioctl(fd.number(), GET_FLAGS, flags);
      if (result == -ENOTTY || result == -EOPNOTSUPP) {
        return;
      }
      Libc.check(result, "read the flags of " + folder);
      int old = flags.get(JAVA_INT, 0);
      int wanted = on ? old | IMMUTABLE : old & ~IMMUTABLE;
      if (wanted != old) {
        flags.set(JAVA_INT, 0, wanted);
        Libc.check(Libc.ioctl(fd.number(), SET_FLAGS, flags), "set the flags of " + folder);
      }
    }
  }
}
