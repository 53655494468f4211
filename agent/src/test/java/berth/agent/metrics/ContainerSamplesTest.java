package berth.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.report.InventorySources;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ContainerState.Limits;
import berth.protocol.state.ContainerState.Status;
import berth.protocol.state.PoolFullness;
import berth.protocol.state.PoolState;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's files as they look, in a folder. */
class ContainerSamplesTest {
  private static final String UNIT = "systemd-nspawn@web.service";
  private static final long LEADER = 42;

  @TempDir Path root;

  @BeforeEach
  void filesOfAContainer() throws Exception {
    write(
        "proc/42/cgroup", "1:name=systemd:/x\n0::/machine.slice/" + UNIT + "/payload/init.scope\n");
    write(
        "proc/42/net/dev",
        """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
            lo:     100       1    0    0    0     0          0         0      100       1    0
         host0: 1500      12    0    0    0     0          0         0      700       9    0
        """);
    link("proc/42/ns/net", "net:[4026532000]");
    link("proc/self/ns/net", "net:[4026531840]");
    group("cpu.stat", "usage_usec 2500000\nuser_usec 2000000\nthrottled_usec 500000\n");
    group("cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\n");
    group("memory.current", "1048576\n");
    group("memory.max", "max\n");
    group("memory.events", "low 0\noom 3\noom_kill 2\n");
    group("pids.current", "7\n");
    group("io.stat", "8:0 rbytes=10 wbytes=1 rios=1\n8:16 rbytes=30 wbytes=2 rios=1\n");
  }

  @Test
  void whatTheKernelGivesIsThereInBaseUnits() {
    assertThat(page(Optional.of(LEADER)))
        .contains(
            "berth_container_cpu_seconds_total{container=\"web\"} 2.5",
            "berth_container_cpu_throttled_seconds_total{container=\"web\"} 0.5",
            "berth_container_pressure_waiting_seconds_total{container=\"web\",resource=\"cpu\"}"
                + " 1.5",
            "berth_container_memory_usage_bytes{container=\"web\"} 1048576.0",
            "berth_container_memory_oom_kills_total{container=\"web\"} 2.0",
            "berth_container_tasks{container=\"web\"} 7.0",
            "berth_container_io_read_bytes_total{container=\"web\"} 40.0",
            "berth_container_io_written_bytes_total{container=\"web\"} 3.0",
            "berth_container_network_receive_bytes_total{container=\"web\",device=\"host0\"}"
                + " 1500.0",
            "berth_container_network_transmit_packets_total{container=\"web\",device=\"host0\"}"
                + " 9.0",
            "berth_container_info{container=\"web\",image=\"debian-13\",os=\"\",pool=\"default\",unit=\""
                + UNIT
                + "\"} 1",
            "berth_pool_used_bytes{layout=\"btrfs\",pool=\"default\"} 1024.0");
  }

  @Test
  void howFullAPoolIsIsAPartOfEachKindOfRoomThatItHas() {
    var labels = "{layout=\"btrfs\",pool=\"default\"} ";
    var health = "berth_pool_health{health=\"%s\",layout=\"btrfs\",pool=\"default\"} %s";
    assertThat(page(Optional.empty()))
        .contains(
            "berth_pool_data_ratio" + labels + "0.84",
            "berth_pool_metadata_ratio" + labels + "0.25",
            health.formatted("ok", "0.0"),
            health.formatted("nearly_full", "1.0"))
        .doesNotContain("berth_pool_inodes_ratio");
  }

  @Test
  void whatItDoesNotGiveIsLeftOut() throws Exception {
    Files.delete(root.resolve("sys/fs/cgroup/machine.slice/" + UNIT + "/io.stat"));
    assertThat(page(Optional.of(LEADER)))
        .doesNotContain("memory_limit_bytes", "_io_", "resource=\"memory\"", "device=\"lo\"");
  }

  @Test
  void aContainerOnTheHostsNetworkHasNoFiguresOfItsOwn() throws Exception {
    Files.delete(root.resolve("proc/42/ns/net"));
    link("proc/42/ns/net", "net:[4026531840]");
    assertThat(page(Optional.of(LEADER))).doesNotContain("network").contains("cpu_seconds");
  }

  @Test
  void devicesWithoutEndAreOneSeriesFromSomeNumberOn() throws Exception {
    var devices = new StringBuilder("a\nb\n");
    for (var i = 0; i < 500; i++) {
      devices.append("  veth").append(i).append(": 1 2 0 0 0 0 0 0 3 4 0 0 0 0 0 0\n");
    }
    write("proc/42/net/dev", devices.toString());
    assertThat(page(Optional.of(LEADER)).lines())
        .filteredOn(line -> line.startsWith("berth_container_network_receive_bytes_total"))
        .hasSize(65)
        .contains(
            "berth_container_network_receive_bytes_total{container=\"web\",device=\"other\"}"
                + " 436.0");
  }

  @Test
  void aStoppedContainerHasItsStateAlone() {
    assertThat(page(Optional.empty()))
        .contains("berth_container_state{container=\"web\",state=\"ready\"} 1.0")
        .contains("berth_container_state{container=\"web\",state=\"stopped\"} 0.0")
        .doesNotContain("cpu_seconds_total{container", "network");
  }

  @Test
  void onAHybridMachineTheSecondVersionIsBesideTheFirst() throws Exception {
    Files.move(root.resolve("sys/fs/cgroup"), root.resolve("sys/fs/unified"));
    Files.createDirectory(root.resolve("sys/fs/cgroup"));
    Files.move(root.resolve("sys/fs/unified"), root.resolve("sys/fs/cgroup/unified"));
    assertThat(page(Optional.of(LEADER))).contains("berth_container_tasks{container=\"web\"} 7.0");
  }

  @Test
  void aSystemBusThatIsDownDoesNotTakeTheOtherFiguresAlong() {
    var sources =
        new InventorySources(
            () -> {
              throw new IllegalStateException("no bus");
            },
            List::of,
            () -> List.of(pool()));
    assertThat(page(sources)).contains("berth_pool_used_bytes").doesNotContain("berth_container");
  }

  private String page(Optional<Long> leader) {
    return page(
        new InventorySources(() -> List.of(container(leader)), List::of, () -> List.of(pool())));
  }

  private String page(InventorySources sources) {
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.getPrometheusRegistry().register(new HostSamples(sources, root));
    return registry.scrape();
  }

  private static PoolState pool() {
    return new PoolState(
        new PoolName("default"),
        PoolState.Layout.BTRFS,
        "/var/lib/machines",
        new ByteSize(4096),
        new ByteSize(1024),
        Optional.of(PoolState.Health.NEARLY_FULL),
        new PoolFullness(Optional.of(0.84), Optional.of(0.25), Optional.empty()),
        Optional.empty());
  }

  private static ContainerState container(Optional<Long> leader) {
    return new ContainerState(
        new ContainerName("web"),
        Status.READY,
        leader,
        List.of(),
        Optional.of(new ImageName("debian-13")),
        Optional.of(new PoolName("default")),
        "/var/lib/machines/web",
        Limits.NONE,
        Optional.empty(),
        UNIT,
        Optional.empty(),
        true,
        Optional.empty());
  }

  private void group(String file, String text) throws Exception {
    write("sys/fs/cgroup/machine.slice/" + UNIT + "/" + file, text);
  }

  private void write(String file, String text) throws Exception {
    var path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void link(String file, String target) throws Exception {
    var path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.createSymbolicLink(path, Path.of(target));
  }
}
