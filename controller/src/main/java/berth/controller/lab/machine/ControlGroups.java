package berth.controller.lab.machine;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The control groups of one lab, one for each host and one for each other thing that runs. They are
 * the record of what runs: a process can't leave its group by dying parents, new sessions or a
 * crash of the lab, so whatever is in a group is the lab's, and nothing else is.
 *
 * <p>Where PID 1 is systemd the groups are scopes, delegated as systemd's CGROUP_DELEGATION asks;
 * elsewhere they are plain folders, in both hierarchies of a hybrid layout: hosts that share a
 * group would share their containers' slices.
 */
public final class ControlGroups {
  private static final Duration DEATH = Duration.ofSeconds(20);

  /** Enters the groups given before the double dash, then becomes the program after it. */
  private static final String ENTER =
      "while [ \"$1\" != -- ]; do echo 0 > \"$1/cgroup.procs\" || exit 125; shift; done; shift;"
          + " exec \"$@\"";

  private final CgroupLayout layout;
  private final String lab;
  private final boolean scopes;

  /** The groups of a lab by its name, made by systemd where that is PID 1. */
  public ControlGroups(CgroupLayout layout, String lab) {
    this(layout, lab, Files.isDirectory(Path.of("/run/systemd/system")));
  }

  ControlGroups(CgroupLayout layout, String lab, boolean scopes) {
    this.layout = layout;
    this.lab = lab;
    this.scopes = scopes;
  }

  /** The arguments that run a program in a session and a group of its own. */
  public List<String> launcher(String group, List<String> argv) {
    var all = new ArrayList<String>();
    all.add("setsid");
    if (scopes) {
      all.addAll(List.of("systemd-run", "--scope", "--quiet", "--collect"));
      all.addAll(List.of("--unit=" + lab + "-" + group, "--slice=" + lab));
      all.addAll(List.of("--property=Delegate=yes", "--"));
    } else {
      all.addAll(List.of("sh", "-c", ENTER, "enter"));
      folders(group).forEach(folder -> all.add(make(folder).toString()));
      all.add("--");
    }
    all.addAll(argv);
    return all;
  }

  /** The groups that exist, whether anything still runs in them or not. */
  public List<String> groups() {
    var names = new TreeSet<String>();
    for (var root : layout.roots()) {
      try (var children = Files.list(top(root))) {
        children.filter(Files::isDirectory).forEach(child -> names.add(name(child)));
      } catch (NoSuchFileException e) {
        // Nothing of this lab runs here.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return List.copyOf(names);
  }

  /** All processes of a group and of the groups inside it. */
  public List<Long> processes(String group) {
    var pids = new TreeSet<Long>();
    for (var folder : folders(group)) {
      for (var inner : tree(folder)) {
        pids.addAll(pids(inner));
      }
    }
    return List.copyOf(pids);
  }

  /**
   * The first process of a container that runs in a group: the one that is PID 1 in a namespace
   * directly below ours. Zero where there is none.
   */
  public long leader(String group) {
    for (var pid : processes(group)) {
      if (namespacePids(pid).equals(List.of(Long.toString(pid), "1"))) {
        return pid;
      }
    }
    return 0;
  }

  /** Ends everything in a group at once, and once it has let go of its mounts, takes it away. */
  public void kill(String group) {
    var deadline = Instant.now().plus(DEATH);
    for (var pids = alive(group); !pids.isEmpty(); pids = alive(group)) {
      if (Instant.now().isAfter(deadline)) {
        throw new BerthException(
            ProblemCode.FAILED, "processes " + pids + " of " + lab + "/" + group + " don't die");
      }
      for (var folder : folders(group)) {
        writeIfThere(folder.resolve("cgroup.kill"), "1");
      }
      pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    remove(group);
  }

  /**
   * All processes of a group, also those that the group itself no longer lists because they are on
   * their way out: such a one may still hold the last reference to a mount, until it is a zombie.
   * One whose first thread has ended before the others is a zombie too, but the group lists it.
   */
  private List<Long> alive(String group) {
    var member =
        Pattern.compile(
            ":.*/%s/%s(/.*)?( \\(deleted\\))?$"
                .formatted(
                    Pattern.quote(top(Path.of("/")).getFileName().toString()),
                    Pattern.quote(folders(group).getFirst().getFileName().toString())),
            Pattern.MULTILINE);
    var leaving =
        ProcessHandle.allProcesses()
            .map(ProcessHandle::pid)
            .filter(pid -> member.matcher(ofProcess(pid, "cgroup")).find())
            .filter(pid -> !ofProcess(pid, "stat").matches("(?s)(.*\\) [ZX] .*)?"));
    return Stream.concat(processes(group).stream(), leaving).distinct().toList();
  }

  /** Takes an empty group away, with the groups inside it; a group in use stays. */
  public void remove(String group) {
    if (scopes && processes(group).isEmpty()) {
      // A scope lives on for a while after its last process, and keeps its name taken.
      Processes.tryRun("systemctl", "stop", lab + "-" + group + ".scope");
    }
    folders(group).forEach(ControlGroups::removeTree);
  }

  /** Ends everything and takes all groups of the lab away. */
  public void killAll() {
    groups().forEach(this::kill);
    if (scopes) {
      Processes.tryRun("systemctl", "stop", lab + ".slice");
    }
    layout.roots().forEach(root -> removeTree(top(root)));
  }

  private List<Path> folders(String group) {
    var folder = scopes ? lab + "-" + group + ".scope" : group;
    return layout.roots().stream().map(root -> top(root).resolve(folder)).toList();
  }

  private Path top(Path root) {
    return root.resolve(scopes ? lab + ".slice" : lab);
  }

  private String name(Path folder) {
    var name = folder.getFileName().toString();
    return scopes ? name.replaceFirst("^" + lab + "-", "").replaceFirst("\\.scope$", "") : name;
  }

  private Path make(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED, "can't make the control group " + folder + ": " + e);
    }
    if (layout.pure()) {
      // Best effort: inside another container the controllers may not be ours to hand on.
      for (var parent : List.of(layout.unified(), folder.getParent())) {
        List.of("cpu", "io", "memory", "pids")
            .forEach(name -> writeIfThere(parent.resolve("cgroup.subtree_control"), "+" + name));
      }
    }
    return folder;
  }

  private static List<Path> tree(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isDirectory).toList();
    } catch (IOException | UncheckedIOException e) {
      // A group that went away while it was read has no processes.
      return Files.isDirectory(folder) ? List.of(folder) : List.of();
    }
  }

  private static List<Long> pids(Path folder) {
    try {
      return Files.readAllLines(folder.resolve("cgroup.procs")).stream()
          .map(Long::valueOf)
          .filter(pid -> pid > 0)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static List<String> namespacePids(long pid) {
    return ofProcess(pid, "status")
        .lines()
        .filter(line -> line.startsWith("NSpid:"))
        .findFirst()
        .map(line -> List.of(line.substring("NSpid:".length()).trim().split("\\s+")))
        .orElse(List.of());
  }

  /** What proc(5) tells of a process; nothing where it is gone. */
  private static String ofProcess(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), file));
    } catch (IOException e) {
      return "";
    }
  }

  private static void removeTree(Path folder) {
    tree(folder).stream().sorted(Comparator.reverseOrder()).forEach(ControlGroups::removeOne);
  }

  private static void removeOne(Path folder) {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // In use, or going away by itself: the next look tells.
    }
  }

  private static void writeIfThere(Path file, String text) {
    try {
      if (Files.exists(file)) {
        Files.writeString(file, text);
      }
    } catch (IOException e) {
      // Refused by an older kernel or by a parent: the caller looks at the result, not at this.
    }
  }
}
