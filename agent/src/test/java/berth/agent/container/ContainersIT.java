package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.Eventually;
import berth.agent.dispatch.FakeJob;
import berth.agent.dispatch.Job;
import berth.agent.linux.Reactor;
import berth.agent.process.HostProcesses;
import berth.agent.report.FakeReporter;
import berth.agent.storage.ImageRecord;
import berth.agent.storage.Pools;
import berth.agent.storage.StorageBackend;
import berth.agent.storage.Tools;
import berth.agent.systemd.Machines;
import berth.agent.systemd.SystemBus;
import berth.agent.systemd.Systemd;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.RestartContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ContainerCommand.StopContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.event.Event;
import berth.protocol.event.Event.ContainerCreated;
import berth.protocol.event.Event.ContainerEvent;
import berth.protocol.event.Event.ContainerReady;
import berth.protocol.event.Event.ContainerRemoved;
import berth.protocol.event.Event.ContainerStarted;
import berth.protocol.event.Event.ContainerStopped;
import berth.protocol.reply.Result.ContainerResult;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ContainerState.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whole lives of containers, on a real systemd. */
@Tag("host")
@Timeout(180)
class ContainersIT {
  private static final Path MACHINES = Path.of("/var/lib/machines");
  private static final Path SETTINGS = Path.of("/etc/systemd/nspawn");
  private static final ImageName IMAGE = new ImageName("berth-it-image");
  private static final ImageName HOLLOW = new ImageName("berth-it-hollow");
  private static final ContainerName WEB = new ContainerName("berth-it-web");

  private static final FakeReporter REPORTER = new FakeReporter();
  private static final HostProcesses PROCESSES = new HostProcesses();
  private static Reactor reactor;
  private static SystemBus bus;
  private static StorageBackend storage;
  private static ContainerFeature feature;

  @BeforeAll
  static void makeImages() throws Exception {
    reactor = Reactor.start();
    bus = new SystemBus(reactor);
    var pools = Pools.open(Map.of(Pools.DEFAULT, MACHINES), new Tools(PROCESSES));
    storage = pools.find(Optional.empty()).storage();
    var machine = System.getProperty("berth.test.machine", "guest");
    storage.make(
        IMAGE,
        tree -> {
          PROCESSES.run("cp", "-a", MACHINES.resolve(machine) + "/.", tree.toString());
          return record();
        },
        new FakeJob());
    storage.make(
        HOLLOW,
        tree -> {
          Files.createDirectories(tree.resolve("usr/lib"));
          Files.createDirectory(tree.resolve("etc"));
          Files.writeString(tree.resolve("usr/lib/os-release"), "PRETTY_NAME=Hollow\n");
          return record();
        },
        new FakeJob());
    var machines = new Machines(bus);
    feature =
        new ContainerFeature(
            pools,
            reactor,
            bus,
            new Systemd(bus),
            machines,
            PROCESSES,
            RealContainers.NOWHERE,
            REPORTER);
  }

  @AfterAll
  static void removeImages() throws Exception {
    feature.close();
    storage.delete(IMAGE);
    storage.delete(HOLLOW);
    bus.close();
    reactor.close();
  }

  @AfterEach
  void removeWhatIsLeft() {
    perform(new RemoveContainer(WEB, true));
    REPORTER.events.clear();
  }

  @Test
  void aLifeFromBeginToEndLeavesNothing() throws Exception {
    assertThat(create(new FakeJob()).status()).isEqualTo(Status.STOPPED);
    assertThat(state(new StartContainer(WEB, WaitFor.READY)).status()).isEqualTo(Status.READY);
    var machineId = Files.readString(MACHINES.resolve(WEB + "/etc/machine-id"));
    assertThat(machineId).matches("[0-9a-f]{32}\n");
    assertThat(Files.readString(MACHINES.resolve(WEB + "/etc/hostname"))).isEqualTo(WEB + "\n");
    assertThat(state(new StopContainer(WEB, Optional.empty())).status()).isEqualTo(Status.STOPPED);
    perform(new RemoveContainer(WEB, false));
    assertThat(told())
        .contains(
            ContainerCreated.class,
            ContainerStarted.class,
            ContainerReady.class,
            ContainerStopped.class,
            ContainerRemoved.class);
    assertNothingIsLeft();
  }

  @Test
  void whatIsAskedTwiceHoldsTwice() {
    create(new FakeJob());
    var first = state(new StartContainer(WEB, WaitFor.READY));
    var second = state(new StartContainer(WEB, WaitFor.READY));
    assertThat(second.leader()).isEqualTo(first.leader()).isPresent();
    perform(new StopContainer(WEB, Optional.empty()));
    perform(new StopContainer(WEB, Optional.empty()));
    perform(new RemoveContainer(WEB, false));
    perform(new RemoveContainer(WEB, false));
  }

  @Test
  void aRestartIsAnotherRunAndWaitsUntilThatIsReady() {
    create(new FakeJob());
    var first = state(new StartContainer(WEB, WaitFor.READY));
    var second = state(new RestartContainer(WEB, WaitFor.READY));
    assertThat(second.status()).isEqualTo(Status.READY);
    assertThat(second.leader()).isPresent().isNotEqualTo(first.leader());
  }

  @Test
  void aCommandThatComesAgainKnowsItsOwnWorkAndAnotherIsRefused() {
    var job = new FakeJob();
    create(job);
    assertThat(create(job).status()).isEqualTo(Status.STOPPED);
    assertProblem(ProblemCode.ALREADY_EXISTS, () -> create(new FakeJob()));
  }

  @Test
  void aCommandThatWasCutOffBeforeTheVolumeGoesOn() throws Exception {
    var job = new FakeJob();
    new Settings(SETTINGS).write(WEB, new Settings.Origin(job.id(), Optional.of(IMAGE)));
    assertThat(create(job).managed()).isTrue();
  }

  @Test
  void settingsThatAPersonWroteAreNotTouched() throws Exception {
    Files.createDirectories(SETTINGS);
    var file = Files.writeString(SETTINGS.resolve(WEB + ".nspawn"), "[Exec]\nBoot=yes\n");
    assertProblem(ProblemCode.ALREADY_EXISTS, () -> create(new FakeJob()));
    assertThat(file).hasContent("[Exec]\nBoot=yes\n");
    assertThat(MACHINES.resolve(WEB.value())).doesNotExist();
    Files.delete(file);
  }

  @Test
  void oneThatCannotStartIsTakenBackAndTheReasonTold() throws Exception {
    var create = new CreateContainer(WEB, HOLLOW, Optional.empty(), Optional.of(WaitFor.READY));
    assertThatThrownBy(() -> perform(create))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).isEqualTo(ProblemCode.FAILED);
          assertThat(problem.message()).contains(WEB.value());
          assertThat(problem.log()).isNotEmpty();
        });
    assertNothingIsLeft();
  }

  @Test
  void aRunningOneIsRemovedOnlyByForce() throws Exception {
    create(new FakeJob());
    perform(new StartContainer(WEB, WaitFor.STARTED));
    assertProblem(ProblemCode.CONFLICT, () -> perform(new RemoveContainer(WEB, false)));
    perform(new RemoveContainer(WEB, true));
    assertNothingIsLeft();
  }

  @Test
  void limitsOfARemovedOneAreNotInherited() throws Exception {
    create(new FakeJob());
    PROCESSES.run("systemctl", "set-property", "systemd-nspawn@" + WEB, "TasksMax=99");
    perform(new RemoveContainer(WEB, false));
    assertThat(create(new FakeJob()).limits().tasksMax()).isNotEqualTo(Optional.of(99L));
  }

  @Test
  void oneMadeByHandIsNoticedAndIsNotOurs() {
    PROCESSES.run("machinectl", "clone", IMAGE_AS_MACHINE, WEB.value());
    Eventually.holds("it is told", () -> told().contains(ContainerCreated.class));
    assertThat(feature.picture().containers())
        .filteredOn(container -> container.name().equals(WEB))
        .singleElement()
        .matches(container -> !container.managed());
    PROCESSES.run("machinectl", "start", WEB.value());
    Eventually.holds("its start is told", () -> told().contains(ContainerReady.class));
    PROCESSES.run("machinectl", "terminate", WEB.value());
    Eventually.holds(
        "its end is told",
        () ->
            feature.picture().containers().stream()
                .noneMatch(c -> c.name().equals(WEB) && c.status().running()));
  }

  private static final String IMAGE_AS_MACHINE = ".image." + IMAGE;

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> perform(new StartContainer(WEB, WaitFor.READY)))
        .satisfies(e -> {
          assertThat(BerthException.problemOf(e).code()).isEqualTo(ProblemCode.NOT_FOUND);
          assertThat(BerthException.problemOf(e).message()).contains(WEB.value());
        });
  }

  private static ContainerState create(Job job) {
    var command = new CreateContainer(WEB, IMAGE, Optional.empty(), Optional.empty());
    return ((ContainerResult) feature.containers().perform(command, job)).container();
  }

  private static ContainerState state(ContainerCommand command) {
    return ((ContainerResult) feature.containers().perform(command, new FakeJob())).container();
  }

  private static void perform(ContainerCommand command) {
    var _ = feature.containers().perform(command, new FakeJob());
  }

  private static List<Class<? extends Event>> told() {
    return REPORTER.events.stream()
        .filter(event -> !(event instanceof ContainerEvent c) || c.container().name().equals(WEB))
        .<Class<? extends Event>>map(Event::getClass)
        .toList();
  }

  private static void assertProblem(ProblemCode code, Runnable call) {
    assertThatThrownBy(call::run)
        .satisfies(e -> assertThat(BerthException.problemOf(e).code()).isEqualTo(code));
  }

  private static void assertNothingIsLeft() throws IOException {
    for (var folder : List.of(MACHINES, SETTINGS, Path.of("/etc/systemd/system.control"))) {
      if (Files.isDirectory(folder)) {
        try (var entries = Files.list(folder)) {
          assertThat(entries.map(Path::toString))
              .noneMatch(name -> name.contains(WEB.value()) || name.contains(".#berth"));
        }
      }
    }
  }

  private static ImageRecord record() {
    return new ImageRecord(Instant.now(), Optional.of("Test"), "a test", Optional.empty());
  }
}
