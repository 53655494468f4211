package berth.agent.view;

import berth.agent.systemd.Cgroup;
import berth.protocol.ByteSize;
import berth.protocol.state.Inspection.ResourceUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What a control group uses, beside what it and the groups above it allow. */
final class Usage {
  private final Cgroup group;
  private final Path top;

  /**
   * @param top where the hierarchy that the group is in is mounted
   */
  Usage(Cgroup group, Path top) {
    this.group = group;
    this.top = top;
  }

  /**
   * Reads it all.
   *
   * @param missing takes what the kernel does not count here, with the reason
   */
  ResourceUsage read(Map<String, String> missing) {
    tellMissing(missing);
    return new ResourceUsage(
        size(group.number("memory.current")),
        size(narrowest("memory.high")),
        size(narrowest("memory.max")),
        size(group.number("memory.swap.current")),
        size(narrowest("memory.swap.max")),
        boxed(group.number("pids.current")),
        boxed(narrowest("pids.max")),
        Optional.ofNullable(group.numbers("cpu.stat").get("usage_usec"))
            .map(micros -> Duration.of(micros, ChronoUnit.MICROS)),
        cpus(),
        io("rbytes"),
        io("wbytes"));
  }

  private void tellMissing(Map<String, String> missing) {
    var here = text(group.folder(), "cgroup.controllers").strip().split(" ", -1);
    var parts = Map.of("memory", "memory", "pids", "tasks", "cpu", "cpus", "io", "io");
    parts.forEach((controller, part) -> {
      if (!List.of(here).contains(controller)) {
        missing.put(
            "usage." + part,
            top.endsWith("unified")
                ? "this host has the " + controller + " controller in version 1 (hybrid cgroups)"
                : "the " + controller + " controller is not enabled for its control group");
      }
    });
  }

  private Optional<ByteSize> io(String which) {
    var devices = group.numbersByDevice("io.stat").values();
    return Files.exists(group.folder().resolve("io.stat"))
        ? Optional.of(
            new ByteSize(devices.stream().mapToLong(d -> d.getOrDefault(which, 0L)).sum()))
        : Optional.empty();
  }

  /** {@code cpu.max} has the time that may be used, and of how much: {@code 150000 100000}. */
  private Optional<Double> cpus() {
    var narrowest =
        upwards()
            .map(folder -> text(folder, "cpu.max").strip().split(" ", -1))
            .filter(fields -> fields.length == 2 && !fields[0].equals("max"))
            .mapToDouble(fields -> Double.parseDouble(fields[0]) / Double.parseDouble(fields[1]))
            .min();
    return narrowest.stream().boxed().findFirst();
  }

  private OptionalLong narrowest(String file) {
    return upwards().flatMapToLong(folder -> new Cgroup(folder).number(file).stream()).min();
  }

  private Stream<Path> upwards() {
    return Stream.iterate(
        group.folder(), folder -> folder.startsWith(top) && !folder.equals(top), Path::getParent);
  }

  private static String text(Path folder, String file) {
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException _) {
      return "";
    }
  }

  private static Optional<ByteSize> size(OptionalLong bytes) {
    return boxed(bytes).map(ByteSize::new);
  }

  private static Optional<Long> boxed(OptionalLong number) {
    return number.stream().boxed().findFirst();
  }
}
