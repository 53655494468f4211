package berth.agent.container.identity;

import berth.agent.linux.RootedFiles;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Gives a copy of a tree an identity of its own. Copies would share the machine-id, and with it the
 * journal's folder and the DHCP lease, and more besides that is meant to be there once (systemd's
 * "Safely Building Images").
 */
public final class Identity {
  private static final String ETC = "etc";
  private static final String STATE = "var/lib/systemd";
  private static final int LONGEST_HOST_NAME = 256;

  private Identity() {}

  /**
   * To a copy of an image: {@code uninitialized} has the first boot make a new machine-id
   * (machine-id(5)).
   */
  public static void give(String hostname, Path tree) throws IOException {
    try (var files = RootedFiles.at(tree)) {
      give(hostname, "uninitialized", files);
    }
  }

  /** An init takes the name from there (hostname(5)), whatever nspawn called the container. */
  public static void name(String hostname, Path tree) throws IOException {
    try (var files = RootedFiles.at(tree)) {
      if (files.hasDirectory(ETC)) {
        hostname(hostname, files);
      }
    }
  }

  /**
   * To a copy of a container, whose next boot is not its first: services that somebody disabled
   * stay so. Its ssh host keys are others, of the same kinds.
   */
  public static void renew(ContainerName container, Path tree) throws IOException {
    try (var files = RootedFiles.at(tree)) {
      give(container.value(), UUID.randomUUID().toString().replace("-", ""), files);
      files.removeFile(STATE, "random-seed");
      files.removeFile(STATE, "credential.secret");
      files.removeFile("var/lib/dbus", "machine-id");
      SshHostKeys.renew(container, files);
    }
  }

  /** To a container that was renamed; a host name that somebody chose stays. */
  public static void rename(ContainerName from, ContainerName to, Path tree) throws IOException {
    try (var files = RootedFiles.at(tree)) {
      var called = files.read("etc/hostname", LONGEST_HOST_NAME).map(String::strip);
      if (called.filter(from.value()::equals).isPresent()) {
        hostname(to.value(), files);
      }
    }
  }

  private static void give(String hostname, String machineId, RootedFiles files)
      throws IOException {
    if (files.hasDirectory(ETC)) {
      files.replace(ETC, "machine-id", machineId + "\n", "r--r--r--");
      hostname(hostname, files);
    }
    files.empty("var/log/journal");
  }

  private static void hostname(String hostname, RootedFiles files) throws IOException {
    files.replace(ETC, "hostname", hostname + "\n", "rw-r--r--");
  }
}
