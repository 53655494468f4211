package berth.controller.lab;

import berth.controller.lab.machine.Bridge;
import berth.controller.lab.machine.ControlGroups;
import berth.controller.lab.machine.Processes;
import berth.controller.lab.machine.Ran;
import berth.protocol.BerthException;
import berth.protocol.HostId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One host of a lab: a whole systemd of its own, that can be entered, cut off, stopped, and have
 * its power cut.
 */
public final class LabHost {
  private static final Duration BOOT = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofSeconds(20);

  private final LabFolder folder;
  private final ControlGroups groups;
  private final Bridge bridge;
  private final HostRoot root;
  private final int number;

  LabHost(LabFolder folder, ControlGroups groups, Bridge bridge, int number) {
    this.folder = folder;
    this.groups = groups;
    this.bridge = bridge;
    this.number = number;
    this.root = new HostRoot(folder.pool(), bridge.subnet(), name(number), number);
  }

  /** What the host of a number is called. */
  static String name(int number) {
    return "lab" + number;
  }

  /** Its name in the fleet, which is also its host name. */
  public HostId id() {
    return new HostId(name());
  }

  /** Its address in the lab's network. */
  public String address() {
    return bridge.subnet().host(number);
  }

  /** Its root file system, seen from this machine. */
  public Path root() {
    return root.path();
  }

  /** What it writes to its console. */
  public Path log() {
    return folder.log(name());
  }

  /** Its PID 1, as this machine numbers it; zero while it does not run. */
  public long leader() {
    return groups.leader(name());
  }

  /** Whether it is connected to the lab's network. */
  public boolean connected() {
    return bridge.connected(number);
  }

  /** What its systemd says of itself: running, degraded, starting, …; off while it does not run. */
  public String state() {
    var leader = leader();
    if (leader == 0) {
      return groups.processes(name()).isEmpty() ? "off" : "stopping";
    }
    var said = Processes.tryRun(enter(leader, List.of("systemctl", "is-system-running")), "");
    return said.out().isBlank() ? "starting" : said.out().trim();
  }

  /** Makes its root file system, unless it is there. */
  void make() {
    root.make();
  }

  /** Boots it and waits until its systemd has started all there is to start. */
  public void start() {
    if (leader() == 0) {
      groups.kill(name());
      root.make();
      root.resolver(Resolver.ofThisMachine());
      bridge.attach(name(), number);
      var process = launch();
      awaitBoot(process::isAlive);
    } else {
      connect();
      awaitBoot(() -> !groups.processes(name()).isEmpty());
    }
  }

  /** Powers it off in good order; what has not ended in time is killed. */
  public void stop() {
    var leader = leader();
    if (leader != 0) {
      // What systemd(1) takes as "power off", whether its supervisor still lives or not.
      Processes.tryRun("kill", "-s", "RTMIN+4", Long.toString(leader));
    }
    var deadline = Instant.now().plus(STOP);
    while (!groups.processes(name()).isEmpty() && Instant.now().isBefore(deadline)) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    cutPower();
  }

  /** Ends it at once, as a power failure would. */
  public void cutPower() {
    groups.kill(name());
    bridge.detach(name(), number);
    var leftovers = Path.of("/run/systemd/nspawn");
    for (var kind : List.of("propagate", "unix-export")) {
      Processes.tryRun(
          "rm", "-rf", "--one-file-system", leftovers.resolve(kind).resolve(machine()).toString());
    }
  }

  /** Pulls the network cable. */
  public void disconnect() {
    bridge.connect(number, false);
  }

  /** Puts the network cable back. */
  public void connect() {
    bridge.connect(number, true);
  }

  /** Runs a program in it to its end, however it ends. */
  public Ran run(String... argv) {
    return Processes.tryRun(enter(requireLeader(), List.of(argv)), "");
  }

  /** Starts a program in it that this program talks to by its standard streams. */
  public Process begin(String... argv) throws IOException {
    return Processes.command(enter(requireLeader(), List.of(argv)), Map.of())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Ends a process in it at once, by the number that the process has there. */
  public void kill9(long pid) {
    if (!run("kill", "-9", Long.toString(pid)).ok()) {
      throw new BerthException(ProblemCode.NOT_FOUND, name() + " has no process " + pid);
    }
  }

  /** The process of a service in it, by the number that it has there; zero where it has none. */
  public long mainProcess(String unit) {
    return Long.parseLong(run("systemctl", "show", "-P", "MainPID", unit).out().trim());
  }

  /** Runs a program in it with this program's own terminal, and returns its exit status. */
  public int shell(List<String> argv) {
    try {
      var process = new ProcessBuilder(enter(requireLeader(), argv)).inheritIO().start();
      return Processes.await(process);
    } catch (IOException e) {
      throw new UncheckedIOException("can't enter " + name(), e);
    }
  }

  String name() {
    return name(number);
  }

  private Process launch() {
    var argv = new ArrayList<>(List.of("systemd-nspawn", "--boot", "--register=no", "--keep-unit"));
    argv.addAll(List.of("--directory=" + root.path(), "--machine=" + machine()));
    argv.addAll(List.of("--hostname=" + name(), "--console=pipe", "--settings=no"));
    argv.addAll(List.of("--resolv-conf=off", "--timezone=off", "--link-journal=no"));
    argv.add("--network-namespace-path=" + bridge.namespacePath(name()));
    // What nested containers need: all capabilities, mounts, loop devices, writable /proc and /sys.
    argv.add("--capability=all");
    argv.add("--system-call-filter=@mount @keyring bpf @privileged");
    argv.add("--bind=/dev/loop-control");
    AgentInstall.bindings(folder).forEach(argv::add);
    var environment = Map.of("SYSTEMD_NSPAWN_API_VFS_WRITABLE", "yes");
    return Processes.background(groups.launcher(name(), argv), environment, log());
  }

  private void awaitBoot(BooleanSupplier alive) {
    var deadline = Instant.now().plus(BOOT);
    while (Instant.now().isBefore(deadline)) {
      var leader = leader();
      if (leader != 0 && Files.exists(Path.of("/proc/" + leader + "/root/run/systemd/private"))) {
        var left = Long.toString(Duration.between(Instant.now(), deadline).toSeconds() + 1);
        var waited =
            Processes.tryRun(
                enter(leader, List.of("timeout", left, "systemctl", "is-system-running", "--wait")),
                "");
        if (waited.out().trim().matches("running|degraded")) {
          return;
        }
      }
      if (!alive.getAsBoolean()) {
        throw failed("ended while it booted");
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw failed("did not boot in " + BOOT.toSeconds() + " s");
  }

  private BerthException failed(String what) {
    var lines = new ArrayList<String>();
    try {
      Files.readString(log()).lines().filter(line -> !line.isBlank()).forEach(lines::add);
    } catch (IOException e) {
      lines.add("no log: " + e.getMessage());
    }
    return new BerthException(
        new Problem(ProblemCode.FAILED, "host " + name() + " " + what, "see " + log())
            .withLog(lines.subList(Math.max(0, lines.size() - 20), lines.size())));
  }

  private long requireLeader() {
    var leader = leader();
    if (leader == 0) {
      throw new BerthException(
          ProblemCode.UNAVAILABLE, "host " + name() + " does not run", "berth lab up");
    }
    return leader;
  }

  private String machine() {
    return folder.name() + "-" + name();
  }

  private static List<String> enter(long leader, List<String> argv) {
    var all = new ArrayList<>(List.of("nsenter", "-t", Long.toString(leader)));
    all.addAll(List.of("-m", "-u", "-i", "-n", "-p", "-C", "--", "env", "-i"));
    all.addAll(List.of("PATH=" + Processes.PATH, "HOME=/root", "USER=root", "LC_ALL=C.UTF-8"));
    all.add("TERM=" + System.getenv().getOrDefault("TERM", "dumb"));
    all.addAll(argv);
    return all;
  }
}
