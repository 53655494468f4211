package berth.agent.storage;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What is mounted on this host (proc_pid_mountinfo(5)). */
public final class Mounts {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
  private static final int MOUNT_POINT = 4;

  private Mounts() {}

  /**
   * Refuses to go on where something is mounted in a tree: removing that would remove its files.
   */
  static void refuseBeneath(Path tree) throws IOException {
    refuse(beneath(tree), tree);
  }

  /** The same where the tree is itself what is mounted. */
  public static void refuseWithin(Path tree) throws IOException {
    refuse(beneath(tree).stream().filter(m -> !m.equals(tree.toString())).toList(), tree);
  }

  /** Whether something is mounted right there. */
  public static boolean has(Path place) throws IOException {
    return beneath(place).contains(place.toString());
  }

  private static void refuse(List<String> mounted, Path tree) {
    if (!mounted.isEmpty()) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          mounted.getFirst() + " is mounted in " + tree,
          "stop what uses it and unmount it, then try again");
    }
  }

  private static List<String> beneath(Path tree) throws IOException {
    return Files.readAllLines(MOUNTINFO, StandardCharsets.ISO_8859_1).stream()
        .map(line -> unescaped(line.split(" ", -1)[MOUNT_POINT]))
        .filter(mount -> (mount + "/").startsWith(tree + "/"))
        .toList();
  }

  /**
   * The kernel writes space, tab, line feed and backslash as a backslash and three octal digits.
   */
  private static String unescaped(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
