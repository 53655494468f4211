package berth.controller.lab;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** How hosts resolve names: as this machine does, by the servers that can be reached from them. */
final class Resolver {
  /** The second is what systemd-resolved asks itself, where the first names only resolved. */
  private static final List<Path> FILES =
      List.of(Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf"));

  private Resolver() {}

  /** The text for a host's resolv.conf (resolv.conf(5)). */
  static String ofThisMachine() {
    for (var file : FILES) {
      var text = reachable(read(file));
      if (text.contains("nameserver")) {
        return text;
      }
    }
    throw new BerthException(
        ProblemCode.UNSUPPORTED,
        "this machine resolves names by a server on its loopback address alone, which hosts of the"
            + " lab can't reach",
        "name a server of your network in /etc/resolv.conf");
  }

  /** The same settings without the servers on a loopback address. */
  static String reachable(String resolvConf) {
    return resolvConf
        .lines()
        .filter(line -> !line.startsWith("#"))
        .filter(line -> !line.matches("nameserver\\s+(127\\.|::1).*"))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
