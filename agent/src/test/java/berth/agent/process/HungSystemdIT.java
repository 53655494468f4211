package berth.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.process.Outcome.NoAnswer;
import berth.agent.process.Outcome.NotStarted;
import berth.agent.process.Outcome.Reason;
import berth.agent.systemd.HostContainer;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.UnitName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs in a real container whose systemd stands still, and in one without D-Bus. */
@Tag("host")
@Timeout(90)
class HungSystemdIT {
  private static final Duration SHORT = Duration.ofMillis(800);

  private static HostContainer container;
  private static MachineBuses buses;
  private static ContainerProcesses processes;

  @BeforeAll
  static void boot() throws IOException {
    container = new HostContainer("hung");
    container.boot();
    buses = new MachineBuses(container.reactor(), container.machines(), Duration.ofSeconds(5));
    processes =
        new ContainerProcesses(
            new PipeReactor(container.reactor()),
            buses,
            container.systemd(),
            new Grounds(buses, container.machines(), container.systemd()),
            container.machines()::openPty,
            new Run.Patience(Duration.ofSeconds(2), SHORT));
  }

  @AfterAll
  static void end() throws IOException {
    buses.close();
    container.close();
  }

  @AfterEach
  void letItGoOn() {
    tell("CONT");
  }

  @Test
  void aStartThatNobodyAnswersEndsWithinItsBound() throws Exception {
    assertThat(start(Optional.empty(), "true").outcome().get(30, TimeUnit.SECONDS))
        .isEqualTo(new Outcome.Exited(0));
    tell("STOP");
    assertThat(start(Optional.empty(), "true").outcome().get(30, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            NotStarted.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_ANSWER));
  }

  @Test
  void aTimeLimitThatNobodyHeedsIsToldAllTheSame() throws Exception {
    var begun = new CountDownLatch(1);
    var running = start(Optional.of(Duration.ofSeconds(3)), begun, "sh", "-c", "echo on; sleep 60");
    begun.await();
    tell("STOP");
    assertThat(running.outcome().get(30, TimeUnit.SECONDS)).isInstanceOf(NoAnswer.class);
  }

  private static void tell(String signal) {
    var leader = container.machines().find(container.name()).orElseThrow().leader();
    new HostProcesses().run("kill", "-" + signal, Integer.toString(leader));
  }

  private static ContainerProcess start(Optional<Duration> limit, String... argv) {
    return start(limit, new CountDownLatch(1), argv);
  }

  private static ContainerProcess start(
      Optional<Duration> limit, CountDownLatch said, String... argv) {
    var unit = new UnitName("berth-it-" + System.nanoTime() + ".service");
    var spec =
        new ProcessSpec(
            container.name(),
            unit,
            List.of(argv),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            limit,
            false);
    var sink =
        new PipeReader.Sink() {
          @Override
          public void data(PipeReader reader, byte[] bytes) {
            said.countDown();
          }

          @Override
          public void end() {}
        };
    var process = processes.start(spec, sink, sink);
    process.stdout().resume();
    process.stderr().ifPresent(PipeReader::resume);
    return process;
  }

  /** The guest's dbus is taken away: what is left has a systemd that nobody can ask. */
  @Test
  void aSystemdWithoutDbusIsEnteredFromTheHost() throws Exception {
    try (var bare = new HostContainer("nobus")) {
      for (var file : List.of("dbus.socket", "dbus.service")) {
        Files.deleteIfExists(bare.root().resolve("usr/lib/systemd/system").resolve(file));
        Files.deleteIfExists(
            bare.root().resolve("usr/lib/systemd/system/sockets.target.wants").resolve(file));
        Files.deleteIfExists(
            bare.root().resolve("usr/lib/systemd/system/multi-user.target.wants").resolve(file));
      }
      Files.deleteIfExists(Path.of(bare.root() + "/usr/bin/dbus-daemon"));
      bare.boot();
      try (var itsBuses = new MachineBuses(bare.reactor(), bare.machines())) {
        var its =
            new ContainerProcesses(
                new PipeReactor(bare.reactor()), itsBuses, bare.machines(), bare.systemd());
        var spec =
            ProcessSpec.of(
                bare.name(),
                new UnitName("berth-it-nobus.service"),
                List.of("sh", "-c", "exit $(systemctl is-system-running >/dev/null; echo 9)"));
        var sink =
            new PipeReader.Sink() {
              @Override
              public void data(PipeReader reader, byte[] bytes) {}

              @Override
              public void end() {}
            };
        var process = its.start(spec, sink, sink);
        process.stdout().resume();
        process.stderr().ifPresent(PipeReader::resume);
        assertThat(process.outcome().get(30, TimeUnit.SECONDS)).isEqualTo(new Outcome.Exited(9));
        assertThat(process.note()).isPresent();
      }
    }
  }
}
