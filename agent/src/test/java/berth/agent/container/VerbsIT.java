package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.Eventually;
import berth.agent.dispatch.FakeJob;
import berth.agent.systemd.Cgroup;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.Signal;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.KillContainer;
import berth.protocol.command.ContainerCommand.KillContainer.Whom;
import berth.protocol.command.ContainerCommand.PauseContainer;
import berth.protocol.command.ContainerCommand.RebootContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.RestartContainer;
import berth.protocol.command.ContainerCommand.ResumeContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ContainerCommand.StopContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.event.Event.ContainerFailed;
import berth.protocol.event.Event.ContainerReady;
import berth.protocol.event.Event.ContainerRebooted;
import berth.protocol.event.Event.ContainerStopped;
import berth.protocol.state.ContainerState.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signals, reboots, pauses and forced stops, on a real systemd. */
@Tag("host")
@Timeout(180)
class VerbsIT {
  private static final ImageName IMAGE = new ImageName("berth-it-verbs");
  private static final ImageName HUNG = new ImageName("berth-it-hung");
  private static final ContainerName WEB = new ContainerName("berth-it-verb");

  private static RealContainers host;

  @BeforeAll
  static void makeImages() throws Exception {
    host = new RealContainers();
    host.image(IMAGE, _ -> {});
    host.image(
        HUNG,
        tree -> {
          var init = tree.resolve("usr/lib/systemd/systemd");
          Files.delete(init);
          Files.writeString(init, "#!/bin/sh\nwhile :; do sleep 1000; done\n");
          Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
        });
  }

  @AfterAll
  static void removeImages() throws Exception {
    host.storage.delete(IMAGE);
    host.storage.delete(HUNG);
    host.close();
  }

  /** Not in good order: what hangs would take its unit's whole timeout for that. */
  @AfterEach
  void removeWhatIsLeft() {
    if (host.feature.picture().look(WEB).isPresent()) {
      host.perform(new StopContainer(WEB, Optional.of(Duration.ofSeconds(1))));
    }
    host.perform(new RemoveContainer(WEB, true));
    host.reporter.events.clear();
  }

  @Test
  void aRebootIsAnotherRunWithoutAStop() {
    start(IMAGE, WaitFor.READY);
    var before = host.look(WEB);
    host.reporter.events.clear();
    var repeat = new FakeJob(2);
    var after = host.state(new RebootContainer(WEB, WaitFor.READY));
    assertThat(after.status()).isEqualTo(Status.READY);
    assertThat(after.leader()).isPresent().isNotEqualTo(before.leader());
    Eventually.holds("it is told", () -> host.told(WEB).contains(ContainerReady.class));
    assertThat(host.told(WEB))
        .containsSubsequence(ContainerRebooted.class, ContainerReady.class)
        .doesNotContain(ContainerStopped.class, ContainerFailed.class);
    assertThat(host.state(new RebootContainer(WEB, WaitFor.READY), repeat).leader())
        .as("the repeat of a command whose agent died knows its own work")
        .isEqualTo(after.leader());
  }

  @Test
  void aRebootFromInsideIsToldToo() {
    start(IMAGE, WaitFor.READY);
    host.reporter.events.clear();
    host.processes.run("machinectl", "reboot", WEB.value());
    Eventually.holds("it is told", () -> host.told(WEB).contains(ContainerRebooted.class));
    Eventually.holds("it is ready", () -> host.look(WEB).status() == Status.READY);
    assertThat(host.told(WEB)).doesNotContain(ContainerStopped.class, ContainerFailed.class);
  }

  @Test
  void whatIsNoSystemdCannotBeAskedToReboot() {
    start(HUNG, WaitFor.STARTED);
    var leader = host.look(WEB).leader();
    assertProblem(
        ProblemCode.UNSUPPORTED, "not systemd", new RebootContainer(WEB, WaitFor.STARTED));
    assertThat(host.look(WEB).leader()).isEqualTo(leader);
  }

  @Test
  void whatDoesNotRunIsToldSo() {
    host.perform(new CreateContainer(WEB, IMAGE, Optional.empty(), Optional.empty()));
    assertProblem(ProblemCode.CONFLICT, "not running", new RebootContainer(WEB, WaitFor.STARTED));
    assertProblem(
        ProblemCode.CONFLICT, "not running", new KillContainer(WEB, Signal.of("HUP"), Whom.INIT));
    assertProblem(ProblemCode.CONFLICT, "not running", new PauseContainer(WEB));
    assertProblem(ProblemCode.CONFLICT, "not running", new ResumeContainer(WEB));
  }

  @Test
  void aSignalReachesTheInit() {
    start(IMAGE, WaitFor.READY);
    host.perform(new KillContainer(WEB, Signal.of("RTMIN+4"), Whom.INIT));
    Eventually.holds("it powered off", () -> host.look(WEB).status() == Status.STOPPED);
  }

  @Test
  void aSignalToAllReachesNspawnTooAndTheFailureSaysWhichItWas() {
    start(HUNG, WaitFor.STARTED);
    host.perform(new KillContainer(WEB, Signal.of("KILL"), Whom.ALL));
    Eventually.holds("it failed", () -> host.look(WEB).status() == Status.FAILED);
    assertThat(host.look(WEB).reason().orElseThrow()).startsWith("killed by SIGKILL");
    Eventually.holds("it is told", () -> host.told(WEB).contains(ContainerFailed.class));
  }

  @Test
  void anInitThatHangsIsKilledAfterTheTimeout() {
    start(HUNG, WaitFor.STARTED);
    var leader = host.look(WEB).leader().orElseThrow();
    var job = new FakeJob();
    var stop = new StopContainer(WEB, Optional.of(Duration.ofSeconds(2)));
    var began = System.nanoTime();
    assertThat(host.state(stop, job).status()).isEqualTo(Status.STOPPED);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(20));
    assertThat(job.progress).contains("it did not stop in time; killing it");
    assertThat(ProcessHandle.of(leader)).isEmpty();
    assertThat(host.state(stop).status()).isEqualTo(Status.STOPPED);
    assertThat(host.state(new StartContainer(WEB, WaitFor.STARTED)).status())
        .isEqualTo(Status.RUNNING);
  }

  @Test
  void aHungOneIsRestartedByForceOfItsUnitsTimeout() throws Exception {
    start(HUNG, WaitFor.STARTED);
    var dropIn =
        Files.createDirectories(Path.of("/run/systemd/system/systemd-nspawn@" + WEB + ".service.d"))
            .resolve("stop.conf");
    Files.writeString(dropIn, "[Service]\nTimeoutStopSec=2\n");
    host.processes.run("systemctl", "daemon-reload");
    var leader = host.look(WEB).leader();
    var again = host.state(new RestartContainer(WEB, WaitFor.STARTED));
    assertThat(again.status()).isEqualTo(Status.RUNNING);
    assertThat(again.leader()).isPresent().isNotEqualTo(leader);
  }

  @Test
  void aPauseHoldsOrIsRefusedWithTheReason() {
    start(IMAGE, WaitFor.READY);
    if (!Cgroup.unifiedAlone()) {
      assertProblem(ProblemCode.UNSUPPORTED, "old cgroup hierarchy", new PauseContainer(WEB));
      assertThat(host.look(WEB).status()).isEqualTo(Status.READY);
      assertThat(host.state(new ResumeContainer(WEB)).status()).isEqualTo(Status.READY);
      return;
    }
    var leader = host.look(WEB).leader();
    assertThat(host.state(new PauseContainer(WEB)).status()).isEqualTo(Status.PAUSED);
    assertThat(host.state(new PauseContainer(WEB)).status()).isEqualTo(Status.PAUSED);
    assertProblem(ProblemCode.CONFLICT, "paused", new StartContainer(WEB, WaitFor.READY));
    assertProblem(ProblemCode.CONFLICT, "paused", new RebootContainer(WEB, WaitFor.READY));
    assertThat(host.state(new ResumeContainer(WEB)).status()).isEqualTo(Status.READY);
    assertThat(host.look(WEB).leader()).isEqualTo(leader);
    host.perform(new PauseContainer(WEB));
    assertThat(host.state(new StopContainer(WEB, Optional.empty())).status())
        .isEqualTo(Status.STOPPED);
  }

  private static void start(ImageName image, WaitFor until) {
    host.perform(new CreateContainer(WEB, image, Optional.empty(), Optional.of(until)));
  }

  private static void assertProblem(ProblemCode code, String said, ContainerCommand command) {
    assertThatThrownBy(() -> host.perform(command))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).as(problem.message()).isEqualTo(code);
          assertThat(problem.message()).contains(WEB.value(), said);
        });
  }
}
