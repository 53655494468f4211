package berth.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.Eventually;
import berth.agent.dispatch.FakeJob;
import berth.agent.process.ContainerProcesses;
import berth.agent.process.HostCommand;
import berth.agent.process.HostProcesses;
import berth.agent.process.PipeReactor;
import berth.agent.report.FakeStreams;
import berth.agent.systemd.BareContainer;
import berth.agent.systemd.Cgroup;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.dbus.Descriptors;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.ProblemCode;
import berth.protocol.Signal;
import berth.protocol.WindowSize;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.command.Terminal;
import berth.protocol.reply.Result.ProcessResult;
import berth.protocol.stream.Input;
import berth.protocol.stream.Input.OutputCredit;
import berth.protocol.stream.Input.ProgramSignal;
import berth.protocol.stream.Input.StdinChunk;
import berth.protocol.stream.Input.StdinEnd;
import berth.protocol.stream.Output.InputCredit;
import berth.protocol.stream.Output.OutputChunk;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Exec commands in a container without systemd and D-Bus. */
@Tag("host")
@Timeout(60)
class BareProgramsIT {
  private static BareContainer container;
  private static MachineBuses buses;
  private final FakeStreams streams = new FakeStreams();
  private final Programs programs = programs(container, buses, streams);

  @BeforeAll
  static void start() throws IOException {
    container = new BareContainer("bare", "PrivateUsers=pick\n");
    buses = new MachineBuses(container.reactor(), container.machines());
  }

  @AfterAll
  static void end() throws IOException {
    buses.close();
    container.close();
  }

  @Test
  void exitCodeAndBothStreamsAreToldAndTheLessIsolationIs() throws Exception {
    var result = perform(pipes("sh", "-c", "echo out; echo err >&2; exit 7"));
    assertThat(result.exitCode()).hasValue(7);
    assertThat(result.stdout().text()).isEqualTo("out\n");
    assertThat(result.stderr().text()).isEqualTo("err\n");
    assertThat(result.warnings()).singleElement().asString().startsWith("reduced isolation: ");
  }

  @Test
  void aSignalIsToldAsOne() throws Exception {
    assertThat(perform(pipes("sh", "-c", "kill -9 $$")).signal()).hasValue(9);
    assertThat(perform(pipes("sh", "-c", "kill -TERM $$")).signal()).hasValue(15);
  }

  @Test
  void whatCannotBeStartedIsToldApartFromWhatTheProgramSays() {
    assertProblem(pipes("/no/such/program"), ProblemCode.PROGRAM_NOT_FOUND, "/no/such/program");
    assertProblem(pipes("no-such-program"), ProblemCode.PROGRAM_NOT_FOUND, "no-such-program");
    assertProblem(pipes("/etc/passwd"), ProblemCode.PROGRAM_NOT_EXECUTABLE, "/etc/passwd");
    assertProblem(as("nobody", "true"), ProblemCode.NOT_FOUND, "no user nobody");
    assertProblem(as("70000", "true"), ProblemCode.NOT_FOUND, "70000");
    assertProblem(
        exec(Optional.empty(), Optional.of("/no/dir"), Map.of(), Optional.empty(), false, "true"),
        ProblemCode.NOT_FOUND,
        "no directory /no/dir");
  }

  @Test
  void aProgramThatEndsLikeOneThatIsMissingIsNotMistaken() throws Exception {
    assertThat(perform(pipes("sh", "-c", "exit 127")).exitCode()).hasValue(127);
    assertThat(perform(pipes("sh", "-c", "echo nsenter: x >&2; echo y; exit 1")).exitCode())
        .hasValue(1);
  }

  @Test
  void userDirectoryAndVariablesAreAsAskedAndNothingIsExpanded() throws Exception {
    var variables = Map.of("A", "$PATH %h \"q\" \\ \u00fc", "LD_PRELOAD", "/no/such.so");
    var exec =
        exec(
            Optional.of("alice"),
            Optional.of("/home"),
            variables,
            Optional.empty(),
            false,
            "sh",
            "-c",
            "id; pwd; echo \"$A\"; echo \"$@\"; echo $HOME $USER $LD_PRELOAD",
            "x",
            "$HOME %i ${A}");
    var result = perform(exec);
    assertThat(result.stdout().text().lines())
        .containsExactly(
            "uid=1000(alice) gid=1001(alice) groups=29(audio)",
            "/home",
            "$PATH %h \"q\" \\ \u00fc",
            "$HOME %i ${A}",
            "/home/alice alice /no/such.so");
    assertThat(result.stderr().text()).as("said by the host's programs").isEmpty();
  }

  @Test
  void itHasTheContainersNamespacesGroupAndNoMoreRightsThanIt() throws Exception {
    var inside = perform(pipes("sh", "-c", LOOK)).stdout().text().lines().toList();
    var init = perform(pipes("sh", "-c", LOOK.replace("self", "1"))).stdout().text().lines();
    assertThat(
            inside.stream().filter(line -> !line.startsWith("Seccomp") && !line.startsWith("No")))
        .containsExactlyElementsOf(
            init.filter(line -> !line.startsWith("Seccomp") && !line.startsWith("No")).toList());
    assertThat(inside).contains("Seccomp:\t2", "NoNewPrivs:\t1");
    var group = perform(pipes("cat", "/proc/self/cgroup")).stdout().text().lines();
    assertThat(group)
        .filteredOn(line -> line.startsWith("0::"))
        .singleElement()
        .asString()
        .startsWith("0::/berth-exec-");
  }

  private static final String LOOK =
      "for n in user mnt net pid ipc uts cgroup; do ls -l /proc/self/ns/$n | cat | "
          + "busybox awk '{print $NF}'; done; "
          + "busybox grep -E 'CapBnd|CapPrm|NoNew|Seccomp:' /proc/self/status";

  @Test
  void inputIsReadToItsEnd() throws Exception {
    var session = new Session(exec(Optional.empty(), true, "cat"));
    session.type("one\n");
    session.bring(new StdinEnd(2));
    assertThat(session.result().stdout().text()).isEqualTo("one\n");
  }

  @Test
  void theStreamsCanBeOpenedByTheirPaths() throws Exception {
    assertThat(perform(pipes("sh", "-c", "echo x >/proc/self/fd/1")).stdout().text())
        .isEqualTo("x\n");
    assertThat(perform(as("alice", "sh", "-c", "echo x >/proc/self/fd/2")).stderr().text())
        .isEqualTo("x\n");
  }

  @Test
  void aTimeLimitEndsItAndAllThatItStarted() throws Exception {
    var exec =
        exec(
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Optional.of(Duration.ofMillis(500)),
            false,
            "sh",
            "-c",
            "sleep 4711 & sleep 4712");
    assertProblem(exec, ProblemCode.TIMEOUT, "time limit");
    assertNothingLeft();
  }

  @Test
  void aCancelEndsItAndAllThatItStarted() throws Exception {
    var session = new Session(exec(Optional.empty(), true, "sh", "-c", BACKGROUND));
    session.sees("go");
    session.job.cancel();
    assertThatThrownBy(session::result)
        .cause()
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.CANCELLED));
    assertNothingLeft();
  }

  private static final String BACKGROUND = "(sleep 4713) & echo go; sleep 4714";

  @Test
  void whatItLeavesRunningEndsWithIt() throws Exception {
    assertThat(perform(pipes("sh", "-c", "(sleep 4715) & exit 3")).exitCode()).hasValue(3);
    assertNothingLeft();
  }

  @Test
  void aSignalReachesTheProgramAndNotWhatWaitsForIt() throws Exception {
    var trap = "trap 'exit 5' USR1; echo go; while :; do sleep 0.1; done";
    var session = new Session(exec(Optional.empty(), true, "sh", "-c", trap));
    session.sees("go");
    session.bring(new ProgramSignal(1, Signal.of("USR1")));
    assertThat(session.result().exitCode()).hasValue(5);
  }

  @Test
  void aTerminalHasItsSizeItsUserAndItsExitCode() throws Exception {
    var exec =
        terminal(
            "alice", false, "sh", "-c", "tty; stty size; echo $TERM; echo own >/dev/tty; exit 7");
    var result = perform(exec);
    assertThat(result.stdout().text())
        .matches("/dev/pts/\\d+\r\n30 100\r\nxterm-256color\r\nown\r\n");
    assertThat(result.exitCode()).hasValue(7);
  }

  @Test
  void aShellOnATerminalHasJobsAndCanBeInterrupted() throws Exception {
    var session = new Session(terminal("root", true, "sh", "-i"));
    session.type("echo be'gun'\n");
    session.sees("begun");
    session.type("sleep 4747\n");
    awaitProgram("sleep\0004747");
    session.type("\003");
    session.type("echo in'terrupted' $?\n");
    session.sees("interrupted 130");
    session.type("exit 6\n");
    var result = session.result();
    assertThat(result.exitCode()).hasValue(6);
    assertThat(result.stdout().text()).doesNotContain("job control turned off");
  }

  @Test
  void aBusThatTakesConnectionsAndNeverAnswersHoldsNobodyUp() throws Exception {
    var leader = container.machines().find(container.name()).orElseThrow().leader();
    var folder = Path.of("/proc/" + leader + "/root/run/dbus");
    Files.createDirectories(folder);
    var place = folder.resolve("system_bus_socket");
    try (var silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        var itsBuses =
            new MachineBuses(container.reactor(), container.machines(), Duration.ofMillis(300))) {
      silent.bind(UnixDomainSocketAddress.of(place));
      new HostProcesses().run("chmod", "777", place.toString());
      var its = programs(container, itsBuses, streams);
      var result = (ProcessResult) its.perform(pipes("sh", "-c", "exit 4"), new FakeJob());
      assertThat(result.exitCode()).hasValue(4);
      assertThat(result.warnings()).hasSize(1);
    } finally {
      Files.delete(place);
    }
  }

  @Test
  void manyAtOnceGetTheirOwnAnswersAndLeaveNothingOpen() throws Exception {
    perform(pipes("true"));
    var before = Descriptors.open();
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var all =
          java.util.stream.IntStream.range(0, 40)
              .mapToObj(i ->
                  callers.submit(() -> perform(pipes("sh", "-c", "echo " + i + "; exit " + i))))
              .toList();
      for (int i = 0; i < all.size(); i++) {
        var result = all.get(i).get(60, TimeUnit.SECONDS);
        assertThat(result.exitCode()).hasValue(i);
        assertThat(result.stdout().text()).isEqualTo(i + "\n");
      }
    }
    assertThat(Descriptors.open()).isEqualTo(before);
    assertNothingLeft();
  }

  @Test
  void theContainersStopEndsIt() throws Exception {
    try (var other = new BareContainer("bare2", "PrivateUsers=no\n");
        var itsBuses = new MachineBuses(other.reactor(), other.machines())) {
      var its = programs(other, itsBuses, streams);
      var job = new FakeJob();
      var caller = Executors.newVirtualThreadPerTaskExecutor();
      var running =
          caller.submit(
              (Callable<ProcessResult>)
                  () ->
                      (ProcessResult) its.perform(of(other, "sh", "-c", "echo on; sleep 99"), job));
      while (!(streams.sent.take() instanceof OutputChunk)) {}
      new HostProcesses().run("machinectl", "terminate", other.name().value());
      assertThatThrownBy(() -> running.get(30, TimeUnit.SECONDS))
          .cause()
          .isInstanceOfSatisfying(
              BerthException.class,
              e -> assertThat(e.problem().message()).contains("stopped while"));
      caller.shutdown();
    }
  }

  @Test
  void inOneWithTheHostsUsersItHasNoMoreRightsThanTheContainer() throws Exception {
    try (var other = new BareContainer("bare3", "PrivateUsers=no\nDropCapability=CAP_NET_RAW\n");
        var itsBuses = new MachineBuses(other.reactor(), other.machines())) {
      var its = programs(other, itsBuses, streams);
      var look = "busybox grep -E 'CapBnd|CapPrm' /proc/1/status /proc/self/status";
      var result = (ProcessResult) its.perform(of(other, "sh", "-c", look), new FakeJob());
      var lines = result.stdout().text().lines().map(l -> l.replaceFirst("^[^:]*:", "")).toList();
      assertThat(lines.subList(0, 2)).isEqualTo(lines.subList(2, 4));
    }
  }

  private static Programs programs(
      BareContainer container, MachineBuses buses, FakeStreams streams) {
    return new Programs(
        new ContainerProcesses(
            new PipeReactor(container.reactor()), buses, container.machines(), container.systemd()),
        streams,
        new LogReader(new HostProcesses(), _ -> Optional.empty()),
        _ -> Optional.of(container.root()));
  }

  private ProcessResult perform(Exec exec) throws Exception {
    return (ProcessResult) programs.perform(exec, new FakeJob());
  }

  private void assertProblem(Exec exec, ProblemCode code, String words) {
    assertThatThrownBy(() -> perform(exec))
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> {
              assertThat(e.problem().code()).as(e.getMessage()).isEqualTo(code);
              assertThat(e.problem().message()).contains(words);
            });
  }

  private static void assertNothingLeft() {
    var unit = UnitName.of(container.name());
    var group = Cgroup.of(container.systemd().status(unit).controlGroup() + "/payload");
    assertThat(group.orElseThrow().folder().toFile().list((_, name) -> name.contains("exec")))
        .isEmpty();
    var units = new HostProcesses().run("systemctl", "list-units", "--no-legend", "berth-exec-*");
    assertThat(units.stdout()).isBlank();
    var running = new HostProcesses().attempt(HostCommand.of("pgrep", "-fa", "sleep 47"));
    assertThat(running.stdout()).isBlank();
  }

  /** Returns once a program runs whose command line is this. */
  private static void awaitProgram(String command) {
    Eventually.holds(command + " runs", () -> runs(command));
  }

  private static boolean runs(String command) {
    return ProcessHandle.allProcesses()
        .anyMatch(one -> {
          try {
            var file = Path.of("/proc", Long.toString(one.pid()), "cmdline");
            return Files.readString(file).startsWith(command);
          } catch (IOException _) {
            return false; // it ended
          }
        });
  }

  private static Exec pipes(String... argv) {
    return exec(Optional.empty(), false, argv);
  }

  private static Exec as(String user, String... argv) {
    return exec(Optional.of(user), false, argv);
  }

  private static Exec of(BareContainer other, String... argv) {
    return new Exec(
        other.name(),
        List.of(argv),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        true);
  }

  private static Exec terminal(String user, boolean stream, String... argv) {
    return new Exec(
        container.name(),
        List.of(argv),
        Map.of(),
        Optional.of(user),
        Optional.empty(),
        Optional.empty(),
        stream,
        stream,
        Optional.of(new Terminal(new WindowSize(100, 30), "xterm-256color")),
        false);
  }

  private static Exec exec(Optional<String> user, boolean talking, String... argv) {
    return new Exec(
        container.name(),
        List.of(argv),
        Map.of(),
        user,
        Optional.empty(),
        Optional.empty(),
        talking,
        talking);
  }

  private static Exec exec(
      Optional<String> user,
      Optional<String> directory,
      Map<String, String> variables,
      Optional<Duration> limit,
      boolean talking,
      String... argv) {
    return new Exec(
        container.name(), List.of(argv), variables, user, directory, limit, talking, talking);
  }

  /** A program that a test talks with. */
  private final class Session {
    private final FakeJob job = new FakeJob();
    private final StringBuilder seen = new StringBuilder();
    private final Future<ProcessResult> running;
    private boolean listens;
    private long typed;

    Session(Exec exec) {
      var caller = Executors.newVirtualThreadPerTaskExecutor();
      running =
          caller.submit(
              (Callable<ProcessResult>) () -> (ProcessResult) programs.perform(exec, job));
      caller.shutdown();
    }

    void bring(Input input) {
      while (!streams.bring(job.id(), input) && !running.isDone()) {
        Thread.onSpinWait();
      }
    }

    void type(String text) throws InterruptedException {
      while (!listens) {
        take();
      }
      bring(new StdinChunk(++typed, Bytes.of(text)));
    }

    void sees(String text) throws InterruptedException {
      while (seen.indexOf(text) < 0) {
        take();
      }
    }

    private void take() throws InterruptedException {
      var output = streams.sent.poll(30, TimeUnit.SECONDS);
      assertThat(output).as("more after %s", seen).isNotNull();
      listens |= output instanceof InputCredit;
      if (output instanceof OutputChunk chunk) {
        seen.append(chunk.data().text());
        bring(new OutputCredit(chunk.sequence() + 16));
      }
    }

    ProcessResult result() throws Exception {
      return running.get(30, TimeUnit.SECONDS);
    }
  }
}
