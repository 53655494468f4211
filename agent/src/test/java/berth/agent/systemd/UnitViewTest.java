package berth.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.systemd.dbus.ObjectPath;
import berth.protocol.ContainerName;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The courses that systemd 252 and 257 were seen to take. */
class UnitViewTest {
  private static final String READY = "Container running: Ready.";
  private final UnitName unit = UnitName.of(new ContainerName("web"));
  private UnitView view = new UnitView(unit, state("inactive", "dead"), 10);

  @Test
  void aBootIsStartingStartedReady() {
    assertThat(events(state("activating", "start"))).containsExactly("Starting");
    assertThat(events(state("active", "running"))).containsExactly("Started");
    assertThat(events(text("Container running: Starting..."))).isEmpty();
    assertThat(events(text(READY))).containsExactly("Ready");
  }

  @Test
  void readinessThatIsToldWithTheStartIsBoth() {
    assertThat(events(text(READY))).isEmpty();
    assertThat(events(state("active", "running"))).containsExactly("Started", "Ready");
  }

  @Test
  void aReloadInsideIsNoSecondReadiness() {
    view = new UnitView(unit, state("active", "running").with(text(READY)), 10);
    assertThat(events(text("Container running: Reloading..."))).isEmpty();
    assertThat(events(text(READY))).isEmpty();
  }

  @Test
  void aPoweroffIsStoppingStopped() {
    view = new UnitView(unit, state("active", "running").with(text(READY)), 10);
    assertThat(events(state("deactivating", "stop-sigterm"))).containsExactly("Stopping");
    assertThat(events(exit(1, 0).with(state("inactive", "dead")))).containsExactly("Stopped");
  }

  @Test
  void aRebootFromInsideIsOneOn252() {
    var running = state("active", "running").with(new Properties(Map.of("Result", "success")));
    view = new UnitView(unit, running.with(text(READY)), 10);
    assertThat(events(state("deactivating", "stop-sigterm"))).containsExactly("Stopping");
    assertThat(events(exit(1, 133).with(state("inactive", "dead")))).containsExactly("Rebooting");
    assertThat(events(state("activating", "auto-restart"))).isEmpty();
    assertThat(events(job(7))).isEmpty();
    assertThat(events(state("inactive", "dead"))).isEmpty();
    assertThat(events(exit(0, 0))).isEmpty();
    assertThat(events(state("activating", "start"))).containsExactly("Starting");
    assertThat(events(job(0))).isEmpty();
    assertThat(events(state("active", "running").with(text("")))).containsExactly("Started");
    assertThat(events(text(READY))).containsExactly("Ready");
  }

  @Test
  void aRebootFromInsideIsOneOn257() {
    view = new UnitView(unit, state("active", "running").with(text(READY)), 10);
    assertThat(events(state("deactivating", "stop-sigterm"))).containsExactly("Stopping");
    assertThat(events(exit(1, 133).with(state("inactive", "dead-before-auto-restart"))))
        .containsExactly("Rebooting");
    assertThat(events(state("activating", "auto-restart"))).isEmpty();
    assertThat(events(state("activating", "auto-restart-queued"))).containsExactly("Starting");
    assertThat(events(state("active", "running"))).containsExactly("Started", "Ready");
  }

  @Test
  void aRebootThatIsStoppedBeforeItRunsAgainIsAStop() {
    view = new UnitView(unit, state("active", "running").with(text(READY)), 10);
    assertThat(events(exit(1, 133).with(state("activating", "auto-restart"))))
        .containsExactly("Rebooting");
    assertThat(events(state("inactive", "dead"))).containsExactly("Stopped");
  }

  @Test
  void aCrashIsAFailureWithItsReason() {
    view = new UnitView(unit, state("active", "running"), 10);
    Properties crash = exit(2, 9).with(new Properties(Map.of("Result", "signal")));
    var events = view.changed(crash.with(state("failed", "failed")), 11);
    assertThat(events).singleElement().isInstanceOf(UnitEvent.Failed.class);
    UnitStatus status = events.getFirst().status();
    assertThat(status.result()).isEqualTo("signal");
    assertThat(status.exitCode()).isEqualTo(2);
    assertThat(status.exitStatus()).isEqualTo(9);
  }

  @Test
  void aCrashThatSystemdMendsIsAFailureToo() {
    view = new UnitView(unit, state("active", "running"), 10);
    assertThat(events(exit(1, 1).with(state("activating", "auto-restart"))))
        .containsExactly("Failed");
    assertThat(events(state("active", "running"))).containsExactly("Started");
  }

  @Test
  void aPauseIsToldAndSoIsItsEnd() {
    view = new UnitView(unit, state("active", "running").with(text(READY)), 10);
    assertThat(events(freezer("freezing"))).isEmpty();
    assertThat(events(freezer("frozen"))).containsExactly("Paused");
    assertThat(events(freezer("thawing"))).containsExactly("Resumed");
    assertThat(events(freezer("running"))).isEmpty();
  }

  @Test
  void oneThatSystemdStartsAgainIsNotDown() {
    var properties = exit(1, 133).with(state("inactive", "dead-before-auto-restart"));
    var status = UnitStatus.of(unit, properties);
    assertThat(status.isComingAgain()).isTrue();
    assertThat(status.isDown()).isFalse();
    assertThat(status.isReboot()).isTrue();
  }

  @Test
  void oneWhoseStartWaitsForOtherUnitsIsNotDownOn252() {
    var ended = new Properties(Map.of("Result", "success")).with(state("inactive", "dead"));
    var reboot = exit(1, 133).with(ended);
    assertThat(UnitStatus.of(unit, reboot).isDown()).isTrue();
    assertThat(UnitStatus.of(unit, reboot.with(job(7))).isDown()).isFalse();
    var crash = exit(1, 1).with(ended).with(new Properties(Map.of("Result", "exit-code")));
    assertThat(UnitStatus.of(unit, crash.with(job(7))).isComingAgain()).isTrue();
    var fresh = exit(0, 0).with(ended).with(job(7));
    assertThat(UnitStatus.of(unit, fresh).isComingAgain()).isFalse();
  }

  @Test
  void whatWasSentBeforeTheLookIsPassedOver() {
    view = new UnitView(unit, state("active", "running"), 10);
    assertThat(view.changed(state("inactive", "dead"), 9)).isEmpty();
    assertThat(view.status().isActive()).isTrue();
  }

  private List<String> events(Properties changes) {
    return view.changed(changes, 11).stream().map(e -> e.getClass().getSimpleName()).toList();
  }

  private static Properties state(String active, String sub) {
    return new Properties(Map.of("ActiveState", active, "SubState", sub));
  }

  private static Properties text(String text) {
    return new Properties(Map.of("StatusText", text));
  }

  private static Properties freezer(String state) {
    return new Properties(Map.of("FreezerState", state));
  }

  private static Properties job(long id) {
    return new Properties(Map.of("Job", List.of(id, new ObjectPath("/" + id))));
  }

  private static Properties exit(int code, int status) {
    return new Properties(Map.of("ExecMainCode", code, "ExecMainStatus", status));
  }
}
