package berth.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.process.Outcome.Exited;
import berth.agent.process.Outcome.NotStarted;
import berth.agent.process.Outcome.Reason;
import berth.agent.process.Outcome.Signalled;
import berth.agent.systemd.HostContainer;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.dbus.Descriptors;
import berth.protocol.ContainerName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs in a real container. */
@Tag("host")
@Timeout(120)
class ContainerProcessIT {
  private static HostContainer container;
  private static MachineBuses buses;
  private static ContainerProcesses processes;
  private static int number;

  @BeforeAll
  static void boot() throws IOException {
    container = new HostContainer("exec");
    container.boot();
    buses = new MachineBuses(container.reactor(), container.machines());
    processes =
        new ContainerProcesses(
            new PipeReactor(container.reactor()), buses, container.machines(), container.systemd());
  }

  @AfterAll
  static void end() throws IOException {
    buses.close();
    container.close();
  }

  @Test
  void exitCodeAndBothStreamsAreTold() throws Exception {
    Ran ran = run(sh("echo out; echo err >&2; exit 7"));
    assertThat(ran.outcome()).isEqualTo(new Exited(7));
    assertThat(ran.out.text()).isEqualTo("out\n");
    assertThat(ran.err.text()).isEqualTo("err\n");
  }

  @Test
  void aSignalIsToldAsOne() throws Exception {
    assertThat(run(sh("kill -9 $$")).outcome()).isEqualTo(new Signalled(9, false));
    assertThat(run(sh("kill -TERM $$")).outcome()).isEqualTo(new Signalled(15, false));
    assertThat(run(sh("yes | head -1; exit ${PIPESTATUS:-0}")).outcome()).isEqualTo(new Exited(0));
  }

  @Test
  void whatCannotBeStartedIsToldApartFromWhatTheProgramSays() throws Exception {
    assertNotStarted(spec("/no/such/program"), Reason.NO_SUCH_PROGRAM);
    assertNotStarted(spec("no-such-program"), Reason.NO_SUCH_PROGRAM);
    assertNotStarted(spec("/etc/passwd"), Reason.NO_SUCH_PROGRAM);
    assertNotStarted(as(spec("true"), "nosuchuser"), Reason.NO_SUCH_USER);
    assertNotStarted(in(spec("true"), "/no/such/directory"), Reason.NO_SUCH_DIRECTORY);
    assertThat(run(sh("exit 203")).outcome()).isEqualTo(new Exited(203));
    assertThat(run(sh("exit 217")).outcome()).isEqualTo(new Exited(217));
  }

  @Test
  void environmentUserAndDirectoryAreAsAskedAndNothingIsExpanded() throws Exception {
    var spec =
        new ProcessSpec(
            container.name(),
            unit(),
            List.of("/bin/sh", "-c", "id -un; pwd; echo \"$A\"; echo \"$@\"", "x", "$HOME %i ${A}"),
            Map.of("A", "$PATH %h \"q\" \\ \u00fc"),
            Optional.of("nobody"),
            Optional.of("/var"),
            Optional.empty(),
            false);
    assertThat(run(spec).out.text().lines())
        .containsExactly("nobody", "/var", "$PATH %h \"q\" \\ \u00fc", "$HOME %i ${A}");
  }

  @Test
  void theStreamsCanBeOpenedByTheirPaths() throws Exception {
    assertThat(run(sh("echo x >/dev/stdout")).out.text()).isEqualTo("x\n");
    assertThat(run(as(sh("echo x >/dev/stderr"), "nobody")).err.text()).isEqualTo("x\n");
  }

  @Test
  void itRunsInsideTheContainersCgroupAndPidNamespace() throws Exception {
    String cgroup = run(spec("cat", "/proc/self/cgroup")).out.text();
    assertThat(cgroup).contains("/system.slice/berth-exec-");
    assertThat(run(sh("readlink /proc/1/exe")).out.text()).contains("systemd");
  }

  @Test
  void fiveMegabytesOfInputArriveWhole() throws Exception {
    Ran ran = start(withInput(spec("sha256sum")));
    PipeWriter stdin = ran.process.stdin().orElseThrow();
    byte[] piece = "0123456789abcdef".repeat(4096).getBytes(StandardCharsets.US_ASCII);
    var digest = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < 80; i++) {
      digest.update(piece);
      stdin.write(piece).get(30, TimeUnit.SECONDS);
    }
    stdin.end();
    assertThat(ran.outcome()).isEqualTo(new Exited(0));
    String hex = HexFormat.of().formatHex(digest.digest());
    assertThat(ran.out.text()).startsWith(hex);
  }

  @Test
  void theTimeLimitEndsIt() throws Exception {
    var spec = sh("sleep 300");
    var limited =
        new ProcessSpec(
            spec.container(),
            spec.unit(),
            spec.argv(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Duration.ofMillis(500)),
            false);
    assertThat(run(limited).outcome()).isEqualTo(new Outcome.TimedOut());
  }

  @Test
  void aCancelEndsItAndItsChildren() throws Exception {
    Ran ran = start(sh("sleep 4711 & echo begun; wait"));
    ran.out.first.get(30, TimeUnit.SECONDS);
    ran.process.cancel();
    assertThat(ran.outcome()).isEqualTo(new Outcome.Cancelled());
    assertThat(run(sh("pgrep -f 'sleep 471[1]'")).outcome()).isEqualTo(new Exited(1));
  }

  @Test
  void aCancelAtOnceLeavesNothing() throws Exception {
    Ran ran = start(spec("sleep", "4712"));
    ran.process.cancel();
    assertThat(ran.outcome()).isEqualTo(new Outcome.Cancelled());
    assertThat(run(sh("pgrep -f 'sleep 471[2]'")).outcome()).isEqualTo(new Exited(1));
  }

  @Test
  void twoHundredMegabytesToASlowReaderStayInTheProgram() throws Exception {
    Ran ran = new Ran(sh("head -c 200000000 /dev/zero; echo done >&2"));
    ran.out.keep = false;
    ran.out.pauseEach = 1 << 20;
    ran.go();
    for (int i = 0; i < 20; i++) {
      ran.out.paused.take();
      assertThat(ran.err.size).as("the program waits for its reader").hasValue(0);
      ran.process.stdout().resume();
    }
    ran.out.pauseEach = Long.MAX_VALUE;
    ran.out.paused.poll();
    ran.process.stdout().resume();
    assertThat(ran.outcome()).isEqualTo(new Exited(0));
    assertThat(ran.out.size).hasValue(200_000_000);
  }

  @Test
  void threeHundredAtOnceEndRightAndLeaveNothingOpen() throws Exception {
    run(spec("true"));
    var before = Descriptors.open();
    int threads = Thread.activeCount();
    List<Ran> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      all.add(start(sh("echo o" + i + "; echo e" + i + " >&2; exit " + i % 200)));
    }
    int most = Thread.activeCount();
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i).outcome()).isEqualTo(new Exited(i % 200));
      assertThat(all.get(i).out.text()).isEqualTo("o" + i + "\n");
      assertThat(all.get(i).err.text()).isEqualTo("e" + i + "\n");
    }
    assertThat(most).isLessThan(threads + 20);
    run(spec("true"));
    assertThat(Descriptors.open()).isEqualTo(before);
  }

  @Test
  void aRestartOfTheContainersBusLosesNothing() throws Exception {
    Ran ran = start(sh("echo begun; while ! test -e /run/go; do sleep 0.1; done; exit 9"));
    ran.out.first.get(30, TimeUnit.SECONDS);
    var lost = buses.open(container.name()).bus().closed().toCompletableFuture();
    start(spec("systemctl", "restart", "dbus.service"));
    lost.get(30, TimeUnit.SECONDS);
    buses.open(container.name());
    run(spec("touch", "/run/go"));
    assertThat(ran.outcome()).isEqualTo(new Exited(9));
  }

  @Test
  void whatAKilledAgentLeftIsFoundByItsNameAndEnded() throws Exception {
    Ran ran = start(sh("echo begun; exec sleep 4713"));
    UnitName left = ran.spec.unit();
    ran.out.first.get(30, TimeUnit.SECONDS);
    assertThat(processes.left(container.name(), "berth-exec-")).contains(left);
    processes.stop(container.name(), left);
    assertThat(ran.outcome()).isEqualTo(new Signalled(15, false));
    assertThat(processes.left(container.name(), "berth-exec-")).doesNotContain(left);
  }

  @Test
  void aContainerThatDoesNotRunIsNamed() throws Exception {
    var nowhere = new ContainerName("berth-it-nowhere");
    Ran ran = run(ProcessSpec.of(nowhere, unit(), List.of("true")));
    assertThat(ran.outcome())
        .isInstanceOfSatisfying(
            NotStarted.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_RUNNING));
  }

  @Test
  void aContainerThatStopsMeanwhileIsToldAsThat() throws Exception {
    try (var other = new HostContainer("stops")) {
      other.boot();
      Ran ran = start(ProcessSpec.of(other.name(), unit(), List.of("sleep", "300")));
      ran.running();
      Ran second = start(ProcessSpec.of(other.name(), unit(), List.of("sleep", "300")));
      second.running();
      other.machines().terminate(other.name());
      assertThat(ran.outcome()).isInstanceOf(Outcome.Lost.class);
      assertThat(second.outcome()).isInstanceOf(Outcome.Lost.class);
    }
  }

  private static void assertNotStarted(ProcessSpec spec, Reason reason) throws Exception {
    assertThat(run(spec).outcome())
        .isInstanceOfSatisfying(
            NotStarted.class, e -> assertThat(e.reason()).as(e.message()).isEqualTo(reason));
  }

  private static ProcessSpec sh(String script) {
    return spec("/bin/sh", "-c", script);
  }

  private static ProcessSpec spec(String... argv) {
    return ProcessSpec.of(container.name(), unit(), List.of(argv));
  }

  private static UnitName unit() {
    number++;
    return new UnitName("berth-exec-it-" + number + ".service");
  }

  private static ProcessSpec as(ProcessSpec s, String user) {
    return new ProcessSpec(
        s.container(),
        s.unit(),
        s.argv(),
        s.environment(),
        Optional.of(user),
        s.directory(),
        s.timeLimit(),
        s.stdin());
  }

  private static ProcessSpec in(ProcessSpec s, String directory) {
    return new ProcessSpec(
        s.container(),
        s.unit(),
        s.argv(),
        s.environment(),
        s.user(),
        Optional.of(directory),
        s.timeLimit(),
        s.stdin());
  }

  private static ProcessSpec withInput(ProcessSpec s) {
    return new ProcessSpec(
        s.container(),
        s.unit(),
        s.argv(),
        s.environment(),
        s.user(),
        s.directory(),
        s.timeLimit(),
        true);
  }

  private static Ran run(ProcessSpec spec) throws Exception {
    Ran ran = start(spec);
    ran.outcome();
    return ran;
  }

  private static Ran start(ProcessSpec spec) {
    Ran ran = new Ran(spec);
    ran.go();
    return ran;
  }

  /** A program that was run, with what it wrote. */
  private static final class Ran {
    private final ProcessSpec spec;
    private final Taken out = new Taken();
    private final Taken err = new Taken();
    private ContainerProcess process;

    Ran(ProcessSpec spec) {
      this.spec = spec;
    }

    void go() {
      process = processes.start(spec, out, err);
      process.stdout().resume();
      process.stderr().ifPresent(PipeReader::resume);
    }

    Outcome outcome() throws Exception {
      return process.outcome().get(60, TimeUnit.SECONDS);
    }

    /** Waits until systemd has it. */
    void running() {
      while (!processes.left(spec.container(), spec.unit().value()).contains(spec.unit())) {
        assertThat(process.outcome()).isNotDone();
      }
    }
  }

  private static final class Taken implements PipeReader.Sink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<Void> first = new CompletableFuture<>();
    private final BlockingQueue<Long> paused = new LinkedBlockingQueue<>();
    private volatile boolean keep = true;
    private volatile long pauseEach = Long.MAX_VALUE;
    private final AtomicLong size = new AtomicLong();
    private long pausedAt;

    @Override
    public void data(PipeReader reader, byte[] more) {
      long now = size.addAndGet(more.length);
      if (keep) {
        bytes.writeBytes(more);
      }
      first.complete(null);
      if (now - pausedAt >= pauseEach) {
        pausedAt = now;
        reader.pause();
        paused.add(now);
      }
    }

    @Override
    public void end() {
      first.complete(null);
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
