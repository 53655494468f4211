package berth.agent.process;

import berth.agent.linux.Fd;
import berth.agent.systemd.TransientUnit;
import berth.agent.systemd.dbus.Variant;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The transient unit of the host that enters a container and runs a program there, in four steps
 * that each replace the one before:
 *
 * <ol>
 *   <li>a shell of the host's opens what is needed and joins the control group;
 *   <li>nsenter joins all namespaces but those of mounts and processes: nothing in the container
 *       can see or trace the process yet;
 *   <li>setpriv gives up what the container may not do (a user namespace gives all capabilities to
 *       who joins it, so this can't come earlier);
 *   <li>nsenter joins the last two, becomes the user and runs the program as a child, whose end it
 *       hands on as its own (nsenter(1)).
 * </ol>
 *
 * @param directory to run in; empty for the root
 * @param group the control group to be made for the program
 * @param variables what has the program run with more variables: a program and its arguments
 */
record Entry(
    Leader leader,
    Account account,
    Optional<Fd> directory,
    Optional<Path> group,
    Optional<Fd> terminal,
    List<String> variables) {
  static final List<String> BUSYBOX_ENV = List.of("/bin/busybox", "env");

  /** How the shell calls itself where it complains. */
  static final String NAME = "berth-enter";

  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** What the way in takes away at most, when the program pays no heed. */
  private static final long STOP_MICROS = 15_000_000;

  /** Like nspawn's own; refused calls fail as "not permitted" (systemd-nspawn(1)). */
  private static final List<String> CALLS =
      List.of("@system-service", "@mount", "sethostname", "setdomainname");

  private static final List<String> NO_CALLS = List.of("@keyring", "@memlock");
  private static final int EPERM = 1;

  /** What systemd tells of the unit, which means nothing inside (systemd.exec(5)). */
  private static final List<String> NOT_FOR_PROGRAMS =
      List.of(
          "INVOCATION_ID",
          "SYSTEMD_EXEC_PID",
          "JOURNAL_STREAM",
          "MEMORY_PRESSURE_WATCH",
          "MEMORY_PRESSURE_WRITE");

  private static final String ENTER =
      """
      [ -z "$5" ] || exec 0<>"$5" >&0 2>&0 || exit
      exec 3<"$1" 4<"$2" || exit
      [ -z "$3" ] || exec 5<"$3" || exit
      [ -z "$4" ] || { mkdir "$4" && echo 0 >"$4/cgroup.procs"; } || exit
      shift 5
      exec nsenter "$@"
      """;

  /**
   * Whatever ended the program ends what it left running, first by asking; then at once for all
   * that is in the group (cgroup.kill, Linux 5.14), where nothing can be born meanwhile.
   */
  private static final String LEAVE =
      """
      exec </dev/null >/dev/null 2>&1
      [ -d "$1" ] || exit 0
      tell() {
        find "$1" -name cgroup.procs -exec cat {} + |
          while read -r process; do kill -s "$2" "$process"; done
      }
      lives() { grep -qs 'populated 1' "$1/cgroup.events"; }
      await() {
        end=$(($(date +%s) + 4))
        while lives "$1" && [ "$(date +%s)" -lt "$end" ]; do sleep 0.1; done
      }
      if lives "$1"; then tell "$1" TERM; tell "$1" HUP; await "$1"; fi
      if lives "$1"; then echo 1 >"$1/cgroup.kill" || tell "$1" KILL; await "$1"; fi
      find "$1" -depth -type d -exec rmdir {} ';'
      """;

  TransientUnit unit(ProcessSpec spec, Stdio stdio) throws java.io.IOException {
    var unit =
        new TransientUnit(spec.unit())
            .with("Description", Variant.of("Berth runs a program in " + spec.container()))
            .with("Type", Variant.of("exec"))
            .with("Slice", Variant.of("machine.slice"))
            .with("CollectMode", Variant.of("inactive-or-failed"))
            .with("KillMode", Variant.of("control-group"))
            .with("TimeoutStopUSec", Variant.of(STOP_MICROS))
            .with("IgnoreSIGPIPE", Variant.of(false))
            // The container can see the last step's program for a moment, but never write to it.
            .with("ProtectSystem", Variant.of("strict"))
            .with("Environment", Variant.of(environment(spec)))
            .with("UnsetEnvironment", Variant.of(NOT_FOR_PROGRAMS))
            .with("SystemCallFilter", Variant.of("(bas)", List.of(true, CALLS)))
            .with("SystemCallFilter", Variant.of("(bas)", List.of(false, NO_CALLS)))
            .with("SystemCallErrorNumber", Variant.of("i", EPERM));
    unit = terminal.isPresent() ? silent(unit) : stdio.connect(unit);
    if (spec.timeLimit().isPresent()) {
      unit = unit.with("RuntimeMaxUSec", Variant.of(Units.micros(spec.timeLimit().get())));
    }
    if (group.isPresent()) {
      var leave = List.of("/bin/sh", "-c", LEAVE, NAME, group.get().toString());
      unit = unit.runningAfter(leave);
    }
    return unit.running(way(spec));
  }

  /** The shell opens the terminal itself: systemd would keep it open. */
  private static TransientUnit silent(TransientUnit unit) {
    return unit.with("StandardInput", Variant.of("null"))
        .with("StandardOutput", Variant.of("null"))
        .with("StandardError", Variant.of("null"));
  }

  private List<String> way(ProcessSpec spec) throws java.io.IOException {
    var way = new ArrayList<>(List.of("/bin/sh", "-c", ENTER, NAME));
    way.add(leader.path("ns/mnt"));
    way.add(leader.path("ns/pid"));
    way.add(directory.map(Entry::path).orElse(""));
    way.add(group.map(Path::toString).orElse(""));
    way.add(terminal.map(Entry::path).orElse(""));
    if (leader.hasOwnUsers()) {
      way.add("--user=" + leader.path("ns/user"));
    }
    for (var kind : List.of("net", "uts", "ipc", "cgroup")) {
      way.add("--" + kind + "=" + leader.path("ns/" + kind));
    }
    way.addAll(List.of("--", "setpriv", "--no-new-privs", "--inh-caps=-all"));
    way.add("--ambient-caps=-all");
    way.add(
        leader.capabilities().stream()
            .map(number -> ",+cap_" + number)
            .collect(Collectors.joining("", "--bounding-set=-all", "")));
    way.add("--regid=" + account.gid());
    way.add(account.groups().isEmpty() ? "--clear-groups" : "--groups=" + groups());
    way.addAll(List.of("--", "nsenter", "--mount=/proc/self/fd/3", "--pid=/proc/self/fd/4"));
    if (directory.isPresent()) {
      way.add("--wd=/proc/self/fd/5");
    }
    way.addAll(List.of("--setuid=" + account.uid(), "--"));
    way.addAll(variables);
    way.addAll(spec.argv());
    return way;
  }

  private String groups() {
    return account.groups().stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** Harmless to the host's programs, which see it too. */
  private List<String> environment(ProcessSpec spec) {
    var environment = new TreeMap<>(Map.of("PATH", PATH, "container", "systemd-nspawn"));
    environment.put("HOME", account.home());
    environment.put("USER", account.name());
    environment.put("LOGNAME", account.name());
    spec.terminal().ifPresent(terminal -> environment.put("TERM", terminal.type()));
    return environment.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .toList();
  }

  private static String path(Fd fd) {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + fd.number();
  }
}
