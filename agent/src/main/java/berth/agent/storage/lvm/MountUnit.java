package berth.agent.storage.lvm;

import berth.protocol.ContainerName;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The unit that mounts a container's volume before the container starts, also when the host boots
 * (systemd.mount(5)). By it a volume is one: it is written last and taken away last.
 *
 * @param container whose volume it is
 * @param device the logical volume
 * @param folder of the pool, where the volume is mounted under the container's name
 * @param ours whether Berth wrote it, and not a person
 */
record MountUnit(ContainerName container, Path device, Path folder, boolean ours) {
  private static final String MARK = "# Made by Berth";
  private static final String SUFFIX = ".mount";

  /** Where it is mounted. */
  Path where() {
    return folder.resolve(container.value());
  }

  /** The logical volume's name in its group. */
  String volume() {
    return device.getFileName().toString();
  }

  /** What systemd calls it. */
  String name() {
    return name(folder, container);
  }

  /** What systemd calls the unit that mounts a container's volume. */
  static String name(Path folder, ContainerName container) {
    return escaped(folder.resolve(container.value())) + SUFFIX;
  }

  /** The path as a unit's name has it (systemd-escape(1), {@code --path}). */
  static String escaped(Path path) {
    var name = new StringBuilder();
    for (var c : path.toString().substring(1).toCharArray()) {
      if (c == '/') {
        name.append('-');
      } else if (Character.isLetterOrDigit(c) || c == ':' || c == '_' || c == '.') {
        name.append(c);
      } else {
        name.append("\\x%02x".formatted((int) c));
      }
    }
    return name.charAt(0) == '.' ? "\\x2e" + name.substring(1) : name.toString();
  }

  /**
   * What stands in its file. A volume that is missing keeps its container from starting, and
   * nothing else of the host ({@code nofail}).
   */
  String text() {
    return """
    %s
    [Unit]
    Description=The volume of the container %s
    Before=systemd-nspawn@%s.service machines.target

    [Mount]
    What=%s
    Where=%s
    Type=xfs
    Options=nofail,%s

    [Install]
    WantedBy=machines.target
    """
        .formatted(MARK, container, container, device, where(), Xfs.OPTIONS);
  }

  /** Reads a file; empty where it mounts no volume of that group in that folder. */
  static Optional<MountUnit> parse(String text, String group, Path folder) {
    var device = value(text, "What=").flatMap(what -> device(what, group));
    var where = value(text, "Where=").map(Path::of);
    if (device.isEmpty() || !folder.equals(where.map(Path::getParent).orElse(null))) {
      return Optional.empty();
    }
    try {
      var name = ContainerName.of(where.get().getFileName().toString());
      return Optional.of(new MountUnit(name, device.get(), folder, text.startsWith(MARK)));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Optional<String> value(String text, String key) {
    return text.lines()
        .map(String::strip)
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()).strip())
        .reduce((_, last) -> last);
  }

  /** The device mapper has a name of its own for it, with a hyphen doubled (lvm(8)). */
  private static Optional<Path> device(String what, String group) {
    var folder = "/dev/" + group + "/";
    var mapped = "/dev/mapper/" + group.replace("-", "--") + "-";
    if (what.startsWith(folder)) {
      return Optional.of(Path.of(what));
    }
    return what.startsWith(mapped)
        ? Optional.of(Path.of(folder, what.substring(mapped.length()).replace("--", "-")))
        : Optional.empty();
  }
}
