package berth.agent.systemd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A control group of the unified hierarchy (cgroups(7), the kernel's cgroup-v2). On a host with
 * both hierarchies it has only what the unified one counts, that is cpu.stat and pressure. A file
 * that is not there, as the group is gone or the kernel does not count this, reads as empty.
 */
public record Cgroup(Path folder) {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final String UNIFIED = "0::";

  /** What is stalled for want of something (the kernel's Documentation/accounting/psi). */
  public record Pressure(long someMicroseconds, long fullMicroseconds) {}

  /**
   * Whether this host has the unified hierarchy alone. Beside the old one it has no freezer
   * (systemctl(1), {@code freeze}).
   */
  public static boolean unifiedAlone() {
    return Files.exists(ROOT.resolve("cgroup.controllers"));
  }

  /**
   * The group that a unit's ControlGroup property names.
   *
   * @return empty where the unit has none, or the host has no unified hierarchy
   */
  public static Optional<Cgroup> of(String controlGroup) {
    return in(ROOT, controlGroup);
  }

  /** The same below another mount point than the usual one. */
  public static Optional<Cgroup> in(Path root, String controlGroup) {
    Path folder = Path.of(controlGroup).normalize();
    if (!folder.isAbsolute() || folder.getNameCount() == 0) {
      return Optional.empty();
    }
    return unified(root).map(top -> new Cgroup(top.resolve(folder.toString().substring(1))));
  }

  /** Where the unified hierarchy is mounted: alone, or beside the old one. */
  private static Optional<Path> unified(Path root) {
    if (Files.exists(root.resolve("cgroup.controllers"))) {
      return Optional.of(root);
    }
    Path beside = root.resolve("unified");
    return Files.exists(beside.resolve("cgroup.controllers"))
        ? Optional.of(beside)
        : Optional.empty();
  }

  /**
   * The group that a process is in.
   *
   * @return empty where it is gone, or the host has no unified hierarchy
   */
  public static Optional<Cgroup> ofProcess(long pid) {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "cgroup"))) {
      return lines
          .filter(line -> line.startsWith(UNIFIED))
          .findFirst()
          .flatMap(line -> of(line.substring(UNIFIED.length())));
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  /** A file of one number, such as memory.current; empty also where it says "max". */
  public OptionalLong number(String file) {
    return read(file).map(Cgroup::parse).orElse(OptionalLong.empty());
  }

  /** A file of names and numbers, such as cpu.stat, memory.stat, memory.events. */
  public Map<String, Long> numbers(String file) {
    return numbersIn(read(file).orElse(""));
  }

  static Map<String, Long> numbersIn(String content) {
    var numbers = new LinkedHashMap<String, Long>();
    content.lines().forEach(line -> pair(line, " ", numbers));
    return numbers;
  }

  /** A file of numbers by device, such as io.stat: the key is the device's number. */
  public Map<String, Map<String, Long>> numbersByDevice(String file) {
    var devices = new LinkedHashMap<String, Map<String, Long>>();
    read(file)
        .orElse("")
        .lines()
        .forEach(line -> {
          String[] words = line.split(" ", -1);
          var numbers = new LinkedHashMap<String, Long>();
          for (int i = 1; i < words.length; i++) {
            pair(words[i], "=", numbers);
          }
          devices.put(words[0], numbers);
        });
    return devices;
  }

  /** The pressure on "cpu", "memory" or "io". */
  public Optional<Pressure> pressure(String resource) {
    return read(resource + ".pressure")
        .map(text -> new Pressure(total(text, "some"), total(text, "full")));
  }

  /** Whether its processes are kept from running, be it by a group above (cgroup.events). */
  public boolean isFrozen() {
    return numbers("cgroup.events").getOrDefault("frozen", 0L) == 1;
  }

  /** The processes in it and in all groups below, by the host's numbers. */
  public List<Long> processes() {
    try (var folders = Files.walk(folder)) {
      return folders
          .filter(Files::isDirectory)
          .flatMap(group -> new Cgroup(group).read("cgroup.procs").stream())
          .flatMap(String::lines)
          .map(Long::valueOf)
          .toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  private Optional<String> read(String file) {
    try {
      return Optional.of(Files.readString(folder.resolve(file)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static long total(String text, String which) {
    return text.lines()
        .filter(line -> line.startsWith(which + " "))
        .map(line -> line.substring(line.lastIndexOf('=') + 1))
        .mapToLong(total -> parse(total).orElse(0))
        .findFirst()
        .orElse(0);
  }

  private static void pair(String text, String separator, Map<String, Long> into) {
    int at = text.indexOf(separator);
    if (at > 0) {
      parse(text.substring(at + 1)).ifPresent(n -> into.put(text.substring(0, at), n));
    }
  }

  private static OptionalLong parse(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
