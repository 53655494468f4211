package berth.agent.systemd.dbus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The file descriptors that this process has open, by what they are. */
public final class Descriptors {
  private Descriptors() {}

  /** How many pipes, sockets and the like are open; files of the JVM's own are left out. */
  public static Map<String, Integer> open() throws IOException {
    var open = new TreeMap<String, Integer>();
    try (var numbers = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path number : numbers) {
        String target = target(number);
        if (target.matches("(pipe|socket|anon_inode):.*")) {
          open.merge(target.replaceAll(":\\[?\\d+]?", ""), 1, Integer::sum);
        }
      }
    }
    return open;
  }

  private static String target(Path number) {
    try {
      return Files.readSymbolicLink(number).toString();
    } catch (IOException e) {
      return ""; // the one that lists them is gone by now
    }
  }
}
