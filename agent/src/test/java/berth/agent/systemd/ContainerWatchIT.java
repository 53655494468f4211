package berth.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.process.HostProcesses;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real container's life. */
@Tag("host")
@Timeout(240)
class ContainerWatchIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private final HostProcesses processes = new HostProcesses();
  private HostContainer container;

  @BeforeEach
  void make() throws IOException {
    container = new HostContainer("watch");
  }

  @AfterEach
  void end() throws IOException {
    container.close();
  }

  @Test
  void bootRebootAndPoweroffAreToldInTheirOrder() throws Exception {
    container.systemd().start(container.unit(), LIMIT);
    assertThat(until("Ready")).containsSubsequence("Starting", "Started", "Ready");
    processes.run("machinectl", "reboot", container.name().value());
    assertThat(until("Ready")).containsSubsequence("Rebooting", "Starting", "Started", "Ready");
    processes.run("machinectl", "poweroff", container.name().value());
    assertThat(until("Stopped")).contains("Stopping").doesNotContain("Failed");
  }

  @Test
  void aKilledInitIsAFailure() throws Exception {
    container.boot();
    container.systemd().kill(container.unit(), 9);
    assertThat(until("Failed")).doesNotContain("Stopped");
    assertThat(container.systemd().status(container.unit()).result()).isEqualTo("signal");
  }

  @Test
  void aRestartOfMachinedTellsNothingTwice() throws Exception {
    container.boot();
    container.events().clear();
    processes.run("systemctl", "restart", "systemd-machined.service");
    assertThat(container.machines().find(container.name())).isPresent();
    container.machines().terminate(container.name());
    assertThat(until("Stopped")).doesNotContain("Registered");
  }

  @Test
  void aReloadOfUnitFilesTellsNothingAndForgetsNothingOfWhatRuns() throws Exception {
    container.boot();
    container.events().clear();
    container.systemd().reload();
    container.machines().terminate(container.name());
    assertThat(until("Stopped")).doesNotContain("Starting", "Started", "Ready");
  }

  @Test
  void aStopUnderALaterPictureIsTold() throws Exception {
    container.boot();
    List<String> told = new ArrayList<>();
    var stopped = new java.util.concurrent.CountDownLatch(1);
    var second =
        new ContainerWatch.Watcher() {
          @Override
          public void picture(List<UnitStatus> units, List<Machine> machines) {
            units.stream()
                .filter(u -> u.unit().equals(container.unit()))
                .forEach(u -> told.add("ready " + u.isReady()));
            machines.stream()
                .filter(m -> m.name().equals(container.name()))
                .forEach(m -> told.add("leader"));
          }

          @Override
          public void unit(UnitEvent event) {
            if (event instanceof UnitEvent.Stopped) {
              told.add("stopped");
              stopped.countDown();
            }
          }

          @Override
          public void machine(MachineEvent event) {}
        };
    try (var _ =
        new ContainerWatch(
            container.reactor(),
            container.bus(),
            container.systemd(),
            container.machines(),
            second)) {
      container.systemd().stop(container.unit(), LIMIT);
      assertThat(stopped.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(told).containsExactly("ready true", "leader", "stopped");
    }
  }

  private List<String> until(String last) throws InterruptedException {
    List<String> seen = new ArrayList<>();
    while (seen.isEmpty() || !seen.getLast().equals(last)) {
      String next = container.events().poll(90, TimeUnit.SECONDS);
      assertThat(next).as("after " + seen + " waiting for " + last).isNotNull();
      seen.add(next);
    }
    return seen;
  }
}
