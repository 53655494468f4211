package berth.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.systemd.dbus.BusException;
import berth.agent.systemd.dbus.Variant;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The host's own systemd and machined. */
@Tag("host")
@Timeout(180)
class SystemdIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static HostContainer container;

  @BeforeAll
  static void boot() throws IOException {
    container = new HostContainer("systemd");
    container.boot();
  }

  @AfterAll
  static void end() throws IOException {
    container.close();
  }

  @Test
  void aRunningContainerIsDescribed() {
    Machine machine = container.machines().find(container.name()).orElseThrow();
    assertThat(machine.leader()).isPositive();
    assertThat(machine.unit()).isEqualTo(container.unit().value());
    assertThat(container.machines().list()).extracting(Machine::name).contains(container.name());
    assertThat(container.machines().osRelease(container.name())).containsKey("ID");
    UnitStatus status = container.systemd().status(container.unit());
    assertThat(status.isReady()).isTrue();
    assertThat(status.mainPid()).isPositive();
    assertThat(Cgroup.of(status.controlGroup()).orElseThrow().numbers("cpu.stat"))
        .hasEntrySatisfying("usage_usec", usage -> assertThat(usage).isPositive());
  }

  @Test
  void whatDoesNotRunIsNotThere() {
    var nobody = new ContainerName("berth-it-nobody");
    assertThat(container.machines().find(nobody)).isEmpty();
    assertThatThrownBy(() -> container.machines().addresses(nobody))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.name()).isEqualTo(Machines.NO_SUCH_MACHINE));
    UnitStatus status = container.systemd().status(new UnitName("berth-no-such.service"));
    assertThat(status.load()).isEqualTo("not-found");
    assertThatThrownBy(
            () -> container.systemd().start(new UnitName("berth-no-such.service"), LIMIT))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.name()).isEqualTo(Systemd.NO_SUCH_UNIT));
  }

  @Test
  void aContainerThatHasNoRootFailsToStart() {
    UnitName unit = UnitName.of(new ContainerName("berth-it-rootless"));
    assertThat(container.systemd().start(unit, LIMIT)).isEqualTo(JobResult.FAILED);
    assertThat(container.systemd().status(unit).isFailed()).isTrue();
    container.systemd().resetFailed(unit);
  }

  @Test
  void limitsAreSetAndAreGoneWhenReverted() {
    Systemd systemd = container.systemd();
    systemd.setProperties(container.unit(), false, Map.of("CPUWeight", Variant.of(77L)));
    assertThat(systemd.properties(container.unit()).number("CPUWeight")).isEqualTo(77);
    systemd.revert(List.of(container.unit().value()));
    assertThat(systemd.properties(container.unit()).number("CPUWeight")).isNotEqualTo(77);
  }

  @Test
  void aContainerStartsWithItsHostOrDoesNot() {
    Systemd systemd = container.systemd();
    systemd.enable(List.of(container.unit().value()));
    assertThat(systemd.status(container.unit()).unitFile()).isEqualTo("enabled");
    assertThat(systemd.isEnabled(container.unit())).isTrue();
    systemd.disable(List.of(container.unit().value()));
    assertThat(systemd.status(container.unit()).unitFile()).isEqualTo("disabled");
    assertThat(systemd.isEnabled(container.unit())).isFalse();
  }

  @Test
  void aTerminalOpensAndIsTheCallers() throws IOException {
    try (Pty pty = container.machines().openPty(container.name())) {
      assertThat(pty.path()).startsWith("/dev/pts/");
      pty.master().windowSize(24, 80);
    }
  }

  @Test
  void readinessIsToldToTheManagerOfANotifyingService() throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    var unit =
        new TransientUnit(new UnitName("berth-it-notify.service"))
            .with("Type", Variant.of("notify"))
            .with("NotifyAccess", Variant.of("all"))
            .with("WatchdogUSec", Variant.of(30_000_000L))
            .with("TimeoutStartUSec", Variant.of(40_000_000L))
            .with("CollectMode", Variant.of("inactive-or-failed"))
            .running(
                List.of(
                    java,
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    NotifyingProgram.class.getName()));
    Systemd systemd = container.systemd();
    assertThat(systemd.startTransient(unit).get(60, TimeUnit.SECONDS)).isEqualTo(JobResult.DONE);
    assertThat(systemd.status(unit.name()).text()).isEqualTo("fed each PT15S");
    systemd.stop(unit.name(), LIMIT);
  }
}
