package berth.agent.metrics;

import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.state.ContainerState;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.IntToDoubleFunction;

/** What the kernel says of containers: of the group of each one's unit, and of its network. */
final class ContainerSamples {
  private static final double MICROS = 1e6;
  private static final int MOST_DEVICES = 64;
  private static final int COLUMNS = 16;

  private final Path proc;
  private final Cgroups cgroups;

  ContainerSamples(Path filesystem) {
    this.proc = filesystem.resolve("proc");
    this.cgroups = new Cgroups(filesystem);
  }

  void add(Samples samples, ContainerState container) {
    var one = new One(samples, Labels.of("container", container.name().value()));
    about(samples, container);
    for (var status : ContainerState.Status.values()) {
      one.with("state", status.name().toLowerCase(Locale.ROOT))
          .gauge(
              "state",
              "Whether a container is in a state: 1 for the one that it is in, 0 for the others.",
              OptionalDouble.of(container.status() == status ? 1 : 0));
    }
    container
        .leader()
        .ifPresent(leader -> {
          cgroups.of(container.unit(), leader).ifPresent(group -> group(one, group));
          network(one, leader);
        });
  }

  private static void about(Samples samples, ContainerState container) {
    samples.info(
        "berth_container",
        "What a container is.",
        Labels.of(
            "container", container.name().value(),
            "image", container.image().map(ImageName::value).orElse(""),
            "pool", container.pool().map(PoolName::value).orElse(""),
            "unit", container.unit(),
            "os", container.os().orElse("")));
  }

  private static void group(One one, Path group) {
    var cpu = new KernelFile(group.resolve("cpu.stat"));
    one.counter(
        "cpu_seconds", "Processor time that a container used.", micros(cpu.number("usage_usec")));
    one.counter(
        "cpu_throttled_seconds",
        "Time during which a container was held back by its processor limit.",
        micros(cpu.number("throttled_usec")));
    memory(one, group);
    one.gauge(
        "tasks",
        "Processes and threads of a container.",
        new KernelFile(group.resolve("pids.current")).number());
    var io = new KernelFile(group.resolve("io.stat"));
    one.counter(
        "io_read_bytes", "Bytes that a container read from block devices.", io.sum("rbytes"));
    one.counter(
        "io_written_bytes", "Bytes that a container wrote to block devices.", io.sum("wbytes"));
    for (var resource : List.of("cpu", "memory", "io")) {
      pressure(one.with("resource", resource), group.resolve(resource + ".pressure"));
    }
  }

  private static void memory(One one, Path group) {
    one.gauge(
        "memory_usage_bytes",
        "Memory that a container uses, with its part of the page cache.",
        new KernelFile(group.resolve("memory.current")).number());
    one.gauge(
        "memory_limit_bytes",
        "Memory that a container may use; absent where there is no limit.",
        new KernelFile(group.resolve("memory.max")).number());
    one.counter(
        "memory_oom_kills",
        "Processes of a container that the kernel killed for want of memory.",
        new KernelFile(group.resolve("memory.events")).number("oom_kill"));
  }

  /** The first line, {@code some avg10=0.00 ... total=1234}, in microseconds. */
  private static void pressure(One one, Path file) {
    for (var line : new KernelFile(file).lines()) {
      if (line.startsWith("some ") && line.contains("total=")) {
        var total = line.substring(line.indexOf("total=") + "total=".length());
        one.counter(
            "pressure_waiting_seconds",
            "Time during which some task of a container waited for a resource.",
            OptionalDouble.of(Long.parseLong(total) / MICROS));
      }
    }
  }

  /**
   * Counted where the leader is, so receiving is the container's own receiving. One that shares the
   * host's network has no figures of its own, and of one that makes devices without end the later
   * ones are one. The columns are those of proc_pid_net(5).
   */
  private void network(One one, long leader) {
    if (sharesNetwork(leader)) {
      return;
    }
    var shown = 0;
    var others = new double[COLUMNS];
    for (var line : new KernelFile(proc.resolve(leader + "/net/dev")).lines()) {
      var colon = line.indexOf(':');
      var device = colon < 0 ? "lo" : line.substring(0, colon).strip();
      if (!device.equals("lo")) {
        var columns = line.substring(colon + 1).strip().split("\\s+", -1);
        if (shown++ < MOST_DEVICES) {
          traffic(one.with("device", device), index -> Long.parseLong(columns[index]));
        } else {
          Arrays.setAll(others, index -> others[index] + Long.parseLong(columns[index]));
        }
      }
    }
    if (shown > MOST_DEVICES) {
      traffic(one.with("device", "other"), index -> others[index]);
    }
  }

  private static void traffic(One network, IntToDoubleFunction column) {
    network.counter("network_receive_bytes", "Bytes that a container received.", figure(column, 0));
    network.counter(
        "network_receive_packets", "Packets that a container received.", figure(column, 1));
    network.counter("network_transmit_bytes", "Bytes that a container sent.", figure(column, 8));
    network.counter(
        "network_transmit_packets", "Packets that a container sent.", figure(column, 9));
  }

  private boolean sharesNetwork(long leader) {
    try {
      return Files.readSymbolicLink(proc.resolve(leader + "/ns/net"))
          .equals(Files.readSymbolicLink(proc.resolve("self/ns/net")));
    } catch (IOException e) {
      return true;
    }
  }

  private static OptionalDouble figure(IntToDoubleFunction column, int index) {
    return OptionalDouble.of(column.applyAsDouble(index));
  }

  private static OptionalDouble micros(OptionalDouble micros) {
    return micros.stream().map(value -> value / MICROS).findFirst();
  }

  /** Takes the samples of one container; what is empty is left out. */
  private record One(Samples samples, Labels labels) {
    One with(String name, String value) {
      return new One(samples, labels.add(name, value));
    }

    void counter(String name, String help, OptionalDouble value) {
      value.ifPresent(figure -> samples.counter("berth_container_" + name, help, labels, figure));
    }

    void gauge(String name, String help, OptionalDouble value) {
      value.ifPresent(figure -> samples.gauge("berth_container_" + name, help, labels, figure));
    }
  }
}
