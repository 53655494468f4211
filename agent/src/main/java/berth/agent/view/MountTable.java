package berth.agent.view;

import berth.protocol.state.Inspection.MountPoint;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file systems of a container as it sees them (proc_pid_mountinfo(5)). */
final class MountTable {
  private static final int MOST = 200;
  private static final int LONGEST = 512;
  private static final Pattern ESCAPE = Pattern.compile("\\\\([0-7]{3})");
  private static final Set<String> KERNEL =
      Set.of(
          "proc",
          "sysfs",
          "cgroup",
          "cgroup2",
          "devpts",
          "mqueue",
          "securityfs",
          "debugfs",
          "tracefs",
          "configfs",
          "bpf",
          "hugetlbfs",
          "pstore",
          "efivarfs",
          "autofs",
          "binfmt_misc",
          "ramfs",
          "devtmpfs",
          "fusectl",
          "nsfs",
          "selinuxfs");
  private static final List<String> ALWAYS_THERE = List.of("/proc", "/sys", "/dev", "/run");

  private MountTable() {}

  /** Those that say something about this container rather than about all. */
  static List<MountPoint> of(String mountinfo) {
    return mountinfo
        .lines()
        .flatMap(line -> mount(line).stream())
        .filter(mount -> !KERNEL.contains(mount.type()))
        .filter(mount -> !mount.type().equals("tmpfs") || !isAlwaysThere(mount.path()))
        .filter(mount -> !mount.path().startsWith("/run/host/"))
        .limit(MOST)
        .toList();
  }

  /** {@code 36 35 98:0 /root /at rw,noatime shared:1 - type source options}. */
  private static Optional<MountPoint> mount(String line) {
    var fields = line.split(" ", -1);
    var dash = Arrays.asList(fields).indexOf("-");
    if (dash < 6 || fields.length < dash + 3) {
      return Optional.empty();
    }
    var part = text(fields[3]);
    var source = text(fields[dash + 2]);
    return Optional.of(
        new MountPoint(
            text(fields[4]),
            text(fields[dash + 1]),
            part.equals("/") ? source : source + "[" + part + "]",
            Arrays.asList(fields[5].split(",", -1)).contains("ro")));
  }

  private static boolean isAlwaysThere(String path) {
    return ALWAYS_THERE.stream().anyMatch(top -> path.equals(top) || path.startsWith(top + "/"));
  }

  private static String text(String field) {
    var plain =
        ESCAPE
            .matcher(field)
            .replaceAll(match ->
                Matcher.quoteReplacement(Character.toString(Integer.parseInt(match.group(1), 8))));
    var printable = ProcessTable.printable(plain);
    return printable.substring(0, Math.min(LONGEST, printable.length()));
  }
}
