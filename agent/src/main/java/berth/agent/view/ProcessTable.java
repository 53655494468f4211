package berth.agent.view;

import berth.agent.linux.RootedFiles;
import berth.protocol.ByteSize;
import berth.protocol.state.Inspection.ProcessInside;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The processes of a container: those of its unit's control group and of all groups below. */
final class ProcessTable {
  private static final int MOST_SHOWN = 500;
  private static final int MOST_READ = 8000;
  private static final int MOST_GROUPS = 4000;
  private static final int LONGEST_COMMAND = 256;
  private static final int STATUS = 8 << 10;
  private static final int PASSWD = 256 << 10;
  private static final int KIB = 1024;

  /** What the kernel counts processor time in, whatever it counts with (time(7), USER_HZ). */
  private static final Duration TICK = Duration.ofMillis(10);

  private final long uidShift;
  private final Map<Long, String> users;

  /**
   * @param leader of the container
   * @param root of the container on the host
   */
  ProcessTable(ProcFolder leader, Path root) {
    uidShift = shift(leader.text("uid_map", 4 << 10));
    users = users(root);
  }

  /** The processes that are shown, by their number inside, and how many there are. */
  record Found(List<ProcessInside> shown, long count) {}

  Found in(Path group) {
    var pids = pids(group);
    var all = new ArrayList<ProcessInside>();
    pids.stream().limit(MOST_READ).forEach(pid -> read(pid).ifPresent(all::add));
    var shown =
        all.stream()
            .sorted(Comparator.comparing(ProcessInside::memory, Comparator.reverseOrder()))
            .limit(MOST_SHOWN)
            .sorted(Comparator.comparingLong(ProcessInside::pid))
            .toList();
    return new Found(shown, pids.size() > MOST_READ ? pids.size() : all.size());
  }

  private static List<Long> pids(Path top) {
    var pids = new ArrayList<Long>();
    var groups = new ArrayDeque<Path>(List.of(top));
    for (var seen = 0; seen < MOST_GROUPS && !groups.isEmpty(); seen++) {
      var group = groups.remove();
      try (var entries = Files.newDirectoryStream(group, Files::isDirectory)) {
        entries.forEach(groups::add);
        Files.readAllLines(group.resolve("cgroup.procs"))
            .forEach(pid -> pids.add(Long.valueOf(pid)));
      } catch (IOException _) {
        // A group that is gone by now, or has threads instead of processes.
      }
    }
    return pids;
  }

  /** Empty for one that is gone, and for what runs the container on the host. */
  private Optional<ProcessInside> read(long pid) {
    try (var folder = ProcFolder.open(pid).orElse(null)) {
      if (folder == null) {
        return Optional.empty();
      }
      var status = fields(folder.text("status", STATUS));
      var numbers = status.getOrDefault("NSpid", "").split("\\s+", -1);
      if (numbers.length < 2) {
        return Optional.empty();
      }
      var uid = Long.parseLong(status.getOrDefault("Uid", "0").split("\\s+", -1)[0]);
      var kib = status.getOrDefault("VmRSS", "0").replaceAll("[^0-9]", "");
      return Optional.of(
          new ProcessInside(
              Long.parseLong(numbers[1]),
              pid,
              user(uid),
              command(folder, status.getOrDefault("Name", "?")),
              new ByteSize(Long.parseLong(kib) * KIB),
              cpuTime(folder.text("stat", STATUS))));
    }
  }

  private static Map<String, String> fields(String status) {
    var fields = new HashMap<String, String>();
    for (var line : status.lines().toList()) {
      var colon = line.indexOf(':');
      if (colon > 0) {
        fields.putIfAbsent(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    return fields;
  }

  private String user(long hostUid) {
    var uid = hostUid - uidShift;
    return users.getOrDefault(uid, Long.toString(uid));
  }

  private static String command(ProcFolder folder, String name) {
    var arguments = folder.text("cmdline", LONGEST_COMMAND).replace('\0', ' ').strip();
    return printable(arguments.isEmpty() ? "[" + name + "]" : arguments);
  }

  /** The name, in brackets, may have blanks and brackets of its own (proc_pid_stat(5)). */
  private static Duration cpuTime(String stat) {
    var fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    return fields.length < 13
        ? Duration.ZERO
        : TICK.multipliedBy(Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
  }

  /** What user 0 inside is on the host (user_namespaces(7)). */
  static long shift(String uidMap) {
    return uidMap
        .lines()
        .map(line -> line.strip().split("\\s+", -1))
        .filter(fields -> fields.length == 3 && fields[0].equals("0"))
        .mapToLong(fields -> Long.parseLong(fields[1]))
        .findFirst()
        .orElse(0);
  }

  private static Map<Long, String> users(Path root) {
    try (var files = RootedFiles.at(root)) {
      return users(files.read("etc/passwd", PASSWD).orElse(""));
    } catch (IOException _) {
      return Map.of();
    }
  }

  /** The file is the container's own: lines that are none are passed over. */
  static Map<Long, String> users(String passwd) {
    var users = new HashMap<Long, String>();
    for (var line : passwd.lines().toList()) {
      var fields = line.split(":", -1);
      if (fields.length == 7
          && fields[0].matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}")
          && fields[2].matches("[0-9]{1,10}")) {
        users.putIfAbsent(Long.valueOf(fields[2]), fields[0]);
      }
    }
    return users;
  }

  static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
