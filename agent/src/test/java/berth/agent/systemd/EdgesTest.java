package berth.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.protocol.ContainerName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, cgroup files and the environment of sd_notify. */
class EdgesTest {
  @TempDir private Path root;

  @Test
  void aContainersUnitNamesItsContainer() {
    UnitName unit = UnitName.of(new ContainerName("web-1.example"));
    assertThat(unit).hasToString("systemd-nspawn@web-1.example.service");
    assertThat(unit.container()).contains(new ContainerName("web-1.example"));
    assertThat(new UnitName("ssh.service").container()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "../x.service", "a b.service", "a/b.service", "x.exe", "x.service\n"})
  void whatIsNoUnitIsRefused(String name) {
    assertThatThrownBy(() -> new UnitName(name)).isInstanceOf(IllegalArgumentException.class);
    assertThat(UnitName.isValid(name)).isFalse();
  }

  @Test
  void aCgroupIsFoundOnAPureAndOnAMixedHost() throws Exception {
    assertThat(Cgroup.in(root, "/machine.slice/x")).as("no unified hierarchy").isEmpty();
    Path beside = Files.createDirectory(root.resolve("unified"));
    Files.writeString(beside.resolve("cgroup.controllers"), "");
    assertThat(Cgroup.in(root, "/machine.slice/x").orElseThrow().folder())
        .isEqualTo(beside.resolve("machine.slice/x"));
    Files.writeString(root.resolve("cgroup.controllers"), "");
    assertThat(Cgroup.in(root, "/machine.slice/x").orElseThrow().folder())
        .isEqualTo(root.resolve("machine.slice/x"));
    assertThat(Cgroup.in(root, "")).as("a unit that does not run").isEmpty();
    assertThat(Cgroup.in(root, "/../../etc").orElseThrow().folder()).isEqualTo(root.resolve("etc"));
  }

  @Test
  void itsFilesAreRead() throws Exception {
    Files.writeString(root.resolve("cpu.stat"), "usage_usec 5000\nuser_usec 3000\n");
    Files.writeString(root.resolve("memory.current"), "4096\n");
    Files.writeString(root.resolve("memory.max"), "max\n");
    Files.writeString(root.resolve("io.stat"), "8:0 rbytes=1 wbytes=2\n259:1 rbytes=3\n");
    Files.writeString(
        root.resolve("cpu.pressure"),
        "some avg10=0.00 avg60=1.00 total=77\nfull avg10=0 total=5\n");
    var group = new Cgroup(root);
    assertThat(group.numbers("cpu.stat"))
        .isEqualTo(Map.of("usage_usec", 5000L, "user_usec", 3000L));
    assertThat(group.number("memory.current")).hasValue(4096);
    assertThat(group.number("memory.max")).isEmpty();
    assertThat(group.number("pids.current")).isEmpty();
    assertThat(group.numbersByDevice("io.stat"))
        .isEqualTo(
            Map.of("8:0", Map.of("rbytes", 1L, "wbytes", 2L), "259:1", Map.of("rbytes", 3L)));
    assertThat(group.pressure("cpu")).contains(new Cgroup.Pressure(77, 5));
    assertThat(group.pressure("io")).isEmpty();
  }

  @Test
  void theWatchdogIsFedTwiceAsOftenAsAsked() {
    Notify notify = Notify.from(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "7"), 7);
    assertThat(notify.watchdogInterval()).contains(Duration.ofSeconds(15));
    assertThat(Notify.from(Map.of("WATCHDOG_USEC", "1", "WATCHDOG_PID", "8"), 7).watchdogInterval())
        .as("meant for another process")
        .isEmpty();
    assertThat(Notify.from(Map.of("WATCHDOG_USEC", "soon"), 7).watchdogInterval()).isEmpty();
  }

  @Test
  void whereNobodyListensNotifyingIsNothing() {
    Notify.from(Map.of(), 7).ready();
    Notify.from(Map.of("NOTIFY_SOCKET", root.resolve("gone").toString()), 7).ready();
  }
}
