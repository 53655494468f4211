package berth.agent.view;

import berth.agent.metrics.Cgroups;
import berth.agent.systemd.Cgroup;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.state.ContainerState;
import berth.protocol.state.UsageSample.ContainerUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the kernel has counted for one container by now.
 *
 * @param leader whose run it is: after a restart all counts begin anew
 */
record Counters(
    long leader,
    OptionalLong cpuMicros,
    OptionalLong memory,
    OptionalLong tasks,
    OptionalLong read,
    OptionalLong written,
    OptionalLong received,
    OptionalLong sent) {
  private static final double MICROS = 1e6;

  /** Where counters are read. */
  @FunctionalInterface
  interface Source {
    /** Empty for one that is gone by now. */
    Optional<Counters> read(ContainerState container);
  }

  /** What was used since an earlier reading of the same run. */
  ContainerUsage since(Optional<Counters> earlier, ContainerName name, double seconds) {
    var before = earlier.filter(e -> e.leader == leader);
    return new ContainerUsage(
        name,
        before
            .flatMap(b -> difference(b.cpuMicros, cpuMicros))
            .map(micros -> micros / MICROS / seconds),
        boxed(memory).map(ByteSize::new),
        boxed(tasks),
        before.flatMap(b -> rate(b.read, read, seconds)),
        before.flatMap(b -> rate(b.written, written, seconds)),
        before.flatMap(b -> rate(b.received, received, seconds)),
        before.flatMap(b -> rate(b.sent, sent, seconds)));
  }

  private static Optional<ByteSize> rate(OptionalLong before, OptionalLong now, double seconds) {
    return difference(before, now).map(bytes -> new ByteSize(Math.round(bytes / seconds)));
  }

  /** A device that went away takes its count along. */
  private static Optional<Long> difference(OptionalLong before, OptionalLong now) {
    return before.isPresent() && now.isPresent()
        ? Optional.of(Math.max(0, now.getAsLong() - before.getAsLong()))
        : Optional.empty();
  }

  private static Optional<Long> boxed(OptionalLong number) {
    return number.stream().boxed().findFirst();
  }

  /** The kernel's files. */
  static final class Kernel implements Source {
    private static final int NET_DEV = 256 << 10;
    private static final int RECEIVED = 0;
    private static final int SENT = 8;

    private final Cgroups cgroups = new Cgroups(Path.of("/"));

    @Override
    public Optional<Counters> read(ContainerState container) {
      var leader = container.leader().orElseThrow();
      try (var folder = ProcFolder.open(leader).orElse(null)) {
        var group = cgroups.of(container.unit(), leader).map(Cgroup::new);
        return folder == null ? Optional.empty() : group.map(g -> counters(leader, folder, g));
      }
    }

    private static Counters counters(long leader, ProcFolder folder, Cgroup group) {
      var micros = group.numbers("cpu.stat").get("usage_usec");
      return new Counters(
          leader,
          micros == null ? OptionalLong.empty() : OptionalLong.of(micros),
          group.number("memory.current"),
          group.number("pids.current"),
          io(group, "rbytes"),
          io(group, "wbytes"),
          network(folder, RECEIVED),
          network(folder, SENT));
    }

    private static OptionalLong io(Cgroup group, String which) {
      return Files.exists(group.folder().resolve("io.stat"))
          ? OptionalLong.of(
              group.numbersByDevice("io.stat").values().stream()
                  .mapToLong(device -> device.getOrDefault(which, 0L))
                  .sum())
          : OptionalLong.empty();
    }

    /** Counted inside, so that what it receives is received; nothing where it has the host's. */
    private static OptionalLong network(ProcFolder folder, int column) {
      try {
        var ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        if (folder.link("ns/net").equals(ours)) {
          return OptionalLong.empty();
        }
      } catch (IOException _) {
        return OptionalLong.empty();
      }
      return OptionalLong.of(
          folder
              .text("net/dev", NET_DEV)
              .lines()
              .skip(2)
              .filter(line -> !line.strip().startsWith("lo:"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip().split("\\s+", -1))
              .filter(columns -> columns.length > column)
              .mapToLong(columns -> Long.parseLong(columns[column]))
              .sum());
    }
  }
}
