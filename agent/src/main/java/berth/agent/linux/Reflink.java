package berth.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Whether files of a file system can share their blocks (ioctl_ficlone(2)). */
public final class Reflink {
  private static final long FICLONE = 0x40049409L;
  private static final long OPENAT = Libc.X86_64 ? 257 : 56;
  private static final long HERE = -100;
  private static final long O_TMPFILE = 020000000 | (Libc.X86_64 ? 0200000 : 040000);
  private static final long O_RDWR_CLOEXEC = 02 | 02000000;
  private static final long MODE = 0600;
  private static final int EINVAL = 22;
  private static final int ENOTTY = 25;

  private Reflink() {}

  /**
   * Tries it in a folder with two empty files that have no names, so that nothing can be left. A
   * file system that has no such files is taken for one that can't.
   *
   * @throws LinuxException also where there is no room for them
   */
  public static boolean works(Path folder) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom(folder.toString()).address();
      long opened = unnamed(name);
      if (opened == -LinuxException.EOPNOTSUPP || opened == -LinuxException.EISDIR) {
        return false;
      }
      try (Fd one = Fd.owning(Libc.check(opened, "make a file in " + folder));
          Fd other = Fd.owning(Libc.check(unnamed(name), "make a file in " + folder))) {
        MemorySegment source = MemorySegment.ofAddress(one.number());
        return shared(Libc.ioctl(other.number(), FICLONE, source), folder);
      }
    }
  }

  private static boolean shared(long result, Path folder) throws LinuxException {
    if (result == -LinuxException.EOPNOTSUPP || result == -EINVAL || result == -ENOTTY) {
      return false;
    }
    Libc.check(result, "share blocks between files in " + folder);
    return true;
  }

  private static long unnamed(long folder) {
    return Libc.syscall(OPENAT, HERE, folder, O_TMPFILE | O_RDWR_CLOEXEC, MODE);
  }
}
