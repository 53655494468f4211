package berth.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.agent.process.ContainerProcesses;
import berth.agent.process.HostProcesses;
import berth.agent.process.PipeReactor;
import berth.agent.report.FakeStreams;
import berth.agent.systemd.HostContainer;
import berth.agent.systemd.MachineBuses;
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
import berth.protocol.stream.Input.Resize;
import berth.protocol.stream.Input.StdinChunk;
import berth.protocol.stream.Output;
import berth.protocol.stream.Output.InputCredit;
import berth.protocol.stream.Output.OutputChunk;
import java.io.IOException;
import java.util.ArrayList;
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

/** Exec commands performed in a real container, on terminals and in large numbers. */
@Tag("host")
@Timeout(120)
class ProgramsIT {
  private static final WindowSize SIZE = new WindowSize(100, 30);

  private static HostContainer container;
  private static MachineBuses buses;
  private final FakeStreams streams = new FakeStreams();
  private final Programs programs =
      new Programs(
          new ContainerProcesses(
              new PipeReactor(container.reactor()),
              buses,
              container.machines(),
              container.systemd()),
          streams,
          new LogReader(new HostProcesses(), _ -> Optional.empty()),
          _ -> Optional.of(container.root()));

  @BeforeAll
  static void boot() throws IOException {
    container = new HostContainer("programs");
    container.boot();
    buses = new MachineBuses(container.reactor(), container.machines());
  }

  @AfterAll
  static void end() throws IOException {
    buses.close();
    container.close();
  }

  @Test
  void aTerminalHasItsSizeItsTypeAndTheProgramsExitCode() throws Exception {
    var result = run(terminal(false, "sh", "-c", "tty; stty size; echo $TERM; exit 7")).get();
    assertThat(result.exitCode()).hasValue(7);
    assertThat(result.stdout().text())
        .matches("/dev/pts/\\d+\r\n30 100\r\nxterm-256color\r\n")
        .doesNotContain("/dev/console");
    assertThat(result.stderr().length()).isZero();
  }

  @Test
  void theTerminalBelongsToTheUserAndIsTheControllingOne() throws Exception {
    var exec = terminal(false, "sh", "-c", "echo by path >$(tty); echo own >/dev/tty; id -un");
    assertThat(run(as(exec, "nobody")).get().stdout().text())
        .isEqualTo("by path\r\nown\r\nnobody\r\n");
  }

  @Test
  void whatAShellIsToldIsEchoedResizedAndInterrupted() throws Exception {
    var session = new Session(terminal(true, "sh", "-i"));
    session.type("stty size\n");
    session.sees("30 100");
    session.bring(new Resize(1, new WindowSize(132, 50)));
    session.bring(new Resize(1, new WindowSize(1, 1)));
    session.type("stty size\n");
    session.sees("50 132");
    session.type("sleep 4747\n");
    awaitProgram("sle[e]p.4747");
    session.type("\003");
    session.type("echo in'terrupted' $?\n");
    session.sees("interrupted 130");
    session.type("exit 7\n");
    assertThat(session.result().exitCode()).hasValue(7);
  }

  @Test
  void aSignalReachesTheProgram() throws Exception {
    var session =
        new Session(
            terminal(true, "sh", "-c", "trap 'exit 5' USR1; echo go; while :; do sleep 0.1; done"));
    session.sees("go");
    session.bring(new ProgramSignal(1, Signal.of("USR1")));
    assertThat(session.result().exitCode()).hasValue(5);
  }

  @Test
  void aCancelEndsAShellThatPaysNoHeedToSigterm() throws Exception {
    var session = new Session(terminal(true, "bash", "-i"));
    session.type("echo be'gun'\n");
    session.sees("begun");
    session.job.cancel();
    assertThatThrownBy(session::result)
        .cause()
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.CANCELLED));
  }

  @Test
  void aLongOutputToASlowReaderIsHeldBackAndWhole() throws Exception {
    var session = new Session(terminal(true, "sh", "-c", "seq 1 400000; exit 3"));
    session.credited = false;
    while (session.chunks < Output.INITIAL_CREDIT) {
      session.take();
    }
    assertThat(streams.sent.poll(500, TimeUnit.MILLISECONDS)).as("a chunk beyond credit").isNull();
    session.credited = true;
    session.bring(new OutputCredit(session.chunks + 16));
    session.sees("\n400000\r\n");
    assertThat(session.result().exitCode()).hasValue(3);
    var expected = new StringBuilder();
    for (int i = 1; i <= 400_000; i++) {
      expected.append(i).append("\r\n");
    }
    assertThat(session.seen.toString()).isEqualTo(expected.toString());
  }

  @Test
  void quickProgramsLoseNothingAndLeaveNothingOpen() throws Exception {
    run(terminal(false, "true")).get();
    var before = Descriptors.open();
    for (int i = 0; i < 40; i++) {
      assertThat(run(terminal(false, "echo", "n" + i)).get().stdout().text())
          .isEqualTo("n" + i + "\r\n");
    }
    assertThat(Descriptors.open()).isEqualTo(before);
  }

  @Test
  void threeHundredCommandsAtOnceGetTheirOwnAnswers() throws Exception {
    run(pipes("true")).get();
    var used = usedMemory();
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<Future<ProcessResult>>();
      for (int i = 0; i < 300; i++) {
        var exec = pipes("sh", "-c", "echo o" + i + "; echo e" + i + " >&2; exit " + i % 200);
        all.add(callers.submit((Callable<ProcessResult>) () -> perform(exec, new FakeJob())));
      }
      for (int i = 0; i < all.size(); i++) {
        var result = all.get(i).get(60, TimeUnit.SECONDS);
        assertThat(result.exitCode()).hasValue(i % 200);
        assertThat(result.stdout().text()).isEqualTo("o" + i + "\n");
        assertThat(result.stderr().text()).isEqualTo("e" + i + "\n");
      }
    }
    assertThat(usedMemory() - used).as("bytes kept after 300 programs").isLessThan(16L << 20);
  }

  private static long usedMemory() {
    System.gc();
    var runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private ProcessResult perform(Exec exec, FakeJob job) throws Exception {
    return (ProcessResult) programs.perform(exec, job);
  }

  /** Returns once a program runs in the container whose command line matches. */
  private void awaitProgram(String pattern) throws Exception {
    var look = "until grep -qsa '^" + pattern + "' /proc/[0-9]*/cmdline; do sleep 0.1; done";
    assertThat(run(pipes("sh", "-c", look)).get().exitCode()).hasValue(0);
  }

  private Future<ProcessResult> run(Exec exec) {
    return run(exec, new FakeJob());
  }

  private Future<ProcessResult> run(Exec exec, FakeJob job) {
    try (var caller = Executors.newVirtualThreadPerTaskExecutor()) {
      return caller.submit((Callable<ProcessResult>) () -> perform(exec, job));
    }
  }

  private static Exec pipes(String... argv) {
    return exec(Optional.empty(), Optional.empty(), false, false, argv);
  }

  private static Exec terminal(boolean stream, String... argv) {
    var terminal = new Terminal(SIZE, "xterm-256color");
    return exec(Optional.empty(), Optional.of(terminal), stream, stream, argv);
  }

  private static Exec as(Exec exec, String user) {
    return exec(
        Optional.of(user), exec.terminal(), false, false, exec.argv().toArray(String[]::new));
  }

  private static Exec exec(
      Optional<String> user,
      Optional<Terminal> terminal,
      boolean stdin,
      boolean stream,
      String... argv) {
    return new Exec(
        container.name(),
        List.of(argv),
        Map.of(),
        user,
        Optional.empty(),
        Optional.empty(),
        stdin,
        stream,
        terminal,
        false);
  }

  /** A program on a terminal that a test talks with. */
  private final class Session {
    private final FakeJob job = new FakeJob();
    private final StringBuilder seen = new StringBuilder();
    private final Future<ProcessResult> running;
    private boolean credited = true;
    private boolean listens;
    private long typed;
    private long chunks;

    Session(Exec exec) {
      var caller = Executors.newVirtualThreadPerTaskExecutor();
      running = caller.submit((Callable<ProcessResult>) () -> perform(exec, job));
      caller.shutdown();
    }

    /** Waits until the program's session listens, unless it has ended already. */
    void bring(Input input) {
      while (!streams.bring(job.id(), input) && !running.isDone()) {
        Thread.onSpinWait();
      }
    }

    /** Types once the session has said that it takes input, as the controller does. */
    void type(String text) throws InterruptedException {
      while (!listens) {
        take();
      }
      typed++;
      bring(new StdinChunk(typed, Bytes.of(text)));
    }

    void sees(String text) throws InterruptedException {
      while (seen.indexOf(text) < 0) {
        take();
      }
    }

    void take() throws InterruptedException {
      var output = streams.sent.poll(30, TimeUnit.SECONDS);
      assertThat(output).as("more after %s", seen).isNotNull();
      listens |= output instanceof InputCredit;
      if (output instanceof OutputChunk chunk) {
        chunks++;
        seen.append(chunk.data().text());
        if (credited) {
          bring(new OutputCredit(chunk.sequence() + 16));
        }
      }
    }

    ProcessResult result() throws Exception {
      return running.get(30, TimeUnit.SECONDS);
    }
  }
}
