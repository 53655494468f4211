package berth.agent.container;

import berth.agent.linux.RootedFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Gives a copy of an image an identity of its own. Copies would share the machine-id, and with it
 * the journal's folder and the DHCP lease; {@code uninitialized} has the first boot make a new one
 * (machine-id(5)).
 */
final class Identity {
  private Identity() {}

  static void give(String hostname, Path tree) throws IOException {
    try (var files = RootedFiles.at(tree)) {
      if (files.hasDirectory("etc")) {
        files.replace("etc", "machine-id", "uninitialized\n", "r--r--r--");
        files.replace("etc", "hostname", hostname + "\n", "rw-r--r--");
      }
      files.empty("var/log/journal");
    }
  }

  /** An init takes the name from there (hostname(5)), whatever nspawn called the container. */
  static void name(String hostname, Path tree) throws IOException {
    try (var files = RootedFiles.at(tree)) {
      if (files.hasDirectory("etc")) {
        files.replace("etc", "hostname", hostname + "\n", "rw-r--r--");
      }
    }
  }
}
