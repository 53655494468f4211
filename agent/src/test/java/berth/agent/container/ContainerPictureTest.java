package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.report.FakeReporter;
import berth.protocol.ContainerName;
import berth.protocol.event.Event;
import berth.protocol.event.Event.ContainerChanged;
import berth.protocol.event.Event.ContainerCreated;
import berth.protocol.event.Event.ContainerDrifted;
import berth.protocol.event.Event.ContainerFailed;
import berth.protocol.event.Event.ContainerLimitReached;
import berth.protocol.event.Event.ContainerOutOfMemory;
import berth.protocol.event.Event.ContainerReady;
import berth.protocol.event.Event.ContainerRebooted;
import berth.protocol.event.Event.ContainerRemoved;
import berth.protocol.event.Event.ContainerStarted;
import berth.protocol.event.Event.ContainerStopped;
import berth.protocol.event.ReachedLimit;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ContainerState.Drift;
import berth.protocol.state.ContainerState.Limits;
import berth.protocol.state.ContainerState.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ContainerPictureTest {
  private static final ContainerName WEB = new ContainerName("web");

  private final Map<ContainerName, ContainerState> host = new TreeMap<>();
  private int restarts;
  private final FakeReporter reporter = new FakeReporter();
  private final ContainerPicture picture =
      new ContainerPicture(
          name -> Optional.ofNullable(host.get(name)).map(state -> new Look(state, restarts)),
          () -> new ArrayList<>(host.keySet()),
          reporter);

  @Test
  void whatHappenedWhileThereWasNoAgentIsToldByTheNext() {
    is(Status.READY, 7);
    reporter.told.add(host.get(WEB));
    is(Status.READY, 8);
    picture.begin();
    assertThat(told()).containsExactly(ContainerStarted.class, ContainerReady.class);
  }

  @Test
  void whatWasRemovedWhileThereWasNoAgentIsToldByTheNext() {
    is(Status.READY, 7);
    reporter.told.add(host.get(WEB));
    host.clear();
    picture.begin();
    assertThat(told()).containsExactly(ContainerRemoved.class);
    assertThat(picture.containers()).isEmpty();
  }

  @Test
  void whatWasToldBeforeIsNoNewsAtTheBeginning() {
    is(Status.READY, 7);
    reporter.told.add(host.get(WEB));
    picture.begin();
    picture.lookAtAll();
    assertThat(reporter.events).isEmpty();
    assertThat(picture.containers()).containsExactly(host.get(WEB));
  }

  @Test
  void aLifeIsToldStepByStep() {
    look(Status.STOPPED, 0);
    look(Status.STARTING, 0);
    look(Status.RUNNING, 7);
    look(Status.READY, 7);
    look(Status.STOPPING, 7);
    look(Status.STOPPED, 0);
    host.clear();
    picture.look(WEB);
    assertThat(told())
        .containsExactly(
            ContainerCreated.class,
            ContainerChanged.class,
            ContainerStarted.class,
            ContainerReady.class,
            ContainerChanged.class,
            ContainerStopped.class,
            ContainerRemoved.class);
  }

  @Test
  void anEditByHandIsToldOnceAlsoBesideOtherNews() {
    look(Status.READY, 7);
    reporter.events.clear();
    drifted(Status.READY, 7);
    drifted(Status.READY, 7);
    assertThat(told()).containsExactly(ContainerDrifted.class);
    reporter.events.clear();
    drifted(Status.STOPPED, 0);
    assertThat(told()).containsExactly(ContainerStopped.class);
    reporter.events.clear();
    look(Status.STOPPED, 0);
    drifted(Status.READY, 8);
    assertThat(told())
        .containsExactly(
            ContainerChanged.class,
            ContainerDrifted.class,
            ContainerStarted.class,
            ContainerReady.class);
  }

  @Test
  void nothingIsToldTwice() {
    look(Status.READY, 7);
    look(Status.READY, 7);
    picture.lookAtAll();
    assertThat(told())
        .containsExactly(ContainerCreated.class, ContainerStarted.class, ContainerReady.class);
  }

  @Test
  void aStepThatNobodySawIsToldWithTheNext() {
    look(Status.STOPPED, 0);
    look(Status.READY, 7);
    assertThat(told())
        .containsExactly(ContainerCreated.class, ContainerStarted.class, ContainerReady.class);
  }

  @Test
  void anotherRunOfAReadyContainerIsAStart() {
    look(Status.READY, 7);
    reporter.events.clear();
    look(Status.READY, 8);
    assertThat(told()).containsExactly(ContainerStarted.class, ContainerReady.class);
  }

  @Test
  void anotherRunThatSystemdBeganByItselfIsAReboot() {
    look(Status.READY, 7);
    reporter.events.clear();
    restarts = 1;
    look(Status.STARTING, 0);
    look(Status.RUNNING, 8);
    look(Status.READY, 8);
    restarts = 2;
    look(Status.READY, 9);
    assertThat(told())
        .containsExactly(
            ContainerChanged.class,
            ContainerRebooted.class,
            ContainerReady.class,
            ContainerRebooted.class,
            ContainerReady.class);
  }

  @Test
  void aStartAfterAStopIsNoRebootHoweverOftenItHadRebootedBefore() {
    restarts = 1;
    look(Status.READY, 7);
    reporter.events.clear();
    restarts = 0;
    look(Status.READY, 8);
    look(Status.STOPPED, 0);
    restarts = 1;
    look(Status.READY, 9);
    assertThat(told())
        .containsExactly(
            ContainerStarted.class,
            ContainerReady.class,
            ContainerStopped.class,
            ContainerStarted.class,
            ContainerReady.class);
  }

  @Test
  void aCrashThatSystemdMendsIsAFailureWithItsReasonAndAStart() {
    look(Status.READY, 7);
    reporter.events.clear();
    restarts = 1;
    is(Status.RUNNING, 8);
    picture.crashed(WEB, "killed by SIGKILL");
    assertThat(told()).containsExactly(ContainerFailed.class, ContainerStarted.class);
    assertThat(((ContainerFailed) reporter.events.getFirst()).container().reason())
        .contains("killed by SIGKILL");
  }

  @Test
  void aPauseIsAChangeAndNoEndOfTheRun() {
    look(Status.READY, 7);
    reporter.events.clear();
    look(Status.PAUSED, 7);
    look(Status.READY, 7);
    look(Status.PAUSED, 7);
    look(Status.STOPPED, 0);
    assertThat(told())
        .containsExactly(
            ContainerChanged.class,
            ContainerChanged.class,
            ContainerChanged.class,
            ContainerStopped.class);
  }

  @Test
  void aFailureIsToldAsItIsFound() {
    look(Status.RUNNING, 7);
    reporter.events.clear();
    look(Status.FAILED, 0);
    assertThat(told()).containsExactly(ContainerFailed.class);
  }

  @Test
  void anAddressIsAChange() {
    look(Status.READY, 7);
    reporter.events.clear();
    host.put(WEB, state(Status.READY, 7, List.of("10.0.0.2")));
    picture.look(WEB);
    assertThat(told()).containsExactly(ContainerChanged.class);
  }

  @Test
  void whatWentWhileNobodyListenedIsToldWhenAllAreLookedAt() {
    look(Status.READY, 7);
    reporter.events.clear();
    host.clear();
    picture.lookAtAll();
    assertThat(told()).containsExactly(ContainerRemoved.class);
  }

  @Test
  void wantOfMemoryIsToldOfAContainerThatIsThere() {
    picture.ranOutOfMemory(WEB);
    assertThat(told()).isEmpty();
    look(Status.READY, 7);
    reporter.events.clear();
    picture.ranOutOfMemory(WEB);
    assertThat(told()).containsExactly(ContainerOutOfMemory.class);
  }

  @Test
  void aReachedLimitIsToldWithItsNameAndHowOften() {
    look(Status.READY, 7);
    reporter.events.clear();
    picture.reachedLimit(WEB, ReachedLimit.TASKS, 12);
    assertThat(reporter.events)
        .singleElement()
        .isInstanceOfSatisfying(
            ContainerLimitReached.class,
            event -> {
              assertThat(event.limit()).isEqualTo(ReachedLimit.TASKS);
              assertThat(event.times()).isEqualTo(12);
            });
  }

  private void look(Status status, long leader) {
    is(status, leader);
    picture.look(WEB);
  }

  private void drifted(Status status, long leader) {
    var drift = new Drift("/etc/systemd/nspawn/web.nspawn", List.of("Exec.Boot"));
    host.put(WEB, state(status, leader, List.of(), List.of(drift)));
    picture.look(WEB);
  }

  private void is(Status status, long leader) {
    host.put(WEB, state(status, leader, List.of()));
  }

  private List<Class<? extends Event>> told() {
    return reporter.events.stream().<Class<? extends Event>>map(Event::getClass).toList();
  }

  private static ContainerState state(Status status, long leader, List<String> addresses) {
    return state(status, leader, addresses, List.of());
  }

  private static ContainerState state(
      Status status, long leader, List<String> addresses, List<Drift> drift) {
    return new ContainerState(
        WEB,
        status,
        leader == 0 ? Optional.empty() : Optional.of(leader),
        addresses,
        Optional.empty(),
        Optional.empty(),
        "/var/lib/machines/web",
        Limits.NONE,
        Optional.empty(),
        "systemd-nspawn@web.service",
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.empty(),
        drift,
        List.of());
  }
}
