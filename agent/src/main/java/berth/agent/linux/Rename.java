package berth.agent.linux;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** The renames that the JDK lacks (renameat2(2)): atomic, within one file system. */
public final class Rename {
  private static final int NOREPLACE = 1;
  private static final int EXCHANGE = 2;

  private Rename() {}

  /** Gives it a new name; {@link LinuxException#EEXIST} where something has that name. */
  public static void noReplace(Path from, Path to) throws LinuxException {
    rename(from, to, NOREPLACE);
  }

  /** Each gets the name of the other. */
  public static void exchange(Path one, Path other) throws LinuxException {
    rename(one, other, EXCHANGE);
  }

  private static void rename(Path from, Path to, int flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      int result =
          Libc.renameat2(
              arena.allocateFrom(from.toString()), arena.allocateFrom(to.toString()), flags);
      Libc.check(result, "rename " + from + " to " + to);
    }
  }
}
