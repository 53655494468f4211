package berth.protocol.spec;

import berth.protocol.ByteSize;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * What a container may use (systemd.resource-control(5)); empty is no limit of Berth's. They change
 * while it runs.
 *
 * @param memory {@code MemoryMax=}: above it something in it is killed
 * @param memoryHigh {@code MemoryHigh=}: above it it is slowed down
 * @param swap {@code MemorySwapMax=}
 * @param cpus {@code CPUQuota=} in processors: 1.5 is 150%
 * @param cpuWeight {@code CPUWeight=}, its share where processors are short; 100 is usual
 * @param tasks {@code TasksMax=}: processes and threads
 * @param ioWeight {@code IOWeight=}, its share where the disk is slow; 100 is usual
 * @param ioRead {@code IOReadBandwidthMax=}
 * @param ioWrite {@code IOWriteBandwidthMax=}
 */
public record ResourceLimits(
    Optional<ByteSize> memory,
    Optional<ByteSize> memoryHigh,
    Optional<ByteSize> swap,
    Optional<Double> cpus,
    Optional<Integer> cpuWeight,
    Optional<Long> tasks,
    Optional<Integer> ioWeight,
    List<Bandwidth> ioRead,
    List<Bandwidth> ioWrite) {
  /** No limit at all. */
  public static final ResourceLimits NONE =
      new ResourceLimits(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of());

  private static final int HEAVIEST = 10_000;
  private static final double MOST_CPUS = 8192;
  private static final int CPU_DIGITS = 4;

  public ResourceLimits {
    memory = some("memory", memory);
    memoryHigh = some("memoryHigh", memoryHigh);
    swap = Rules.optional(swap);
    cpus = Rules.optional(cpus);
    cpus.ifPresent(ResourceLimits::requireCpus);
    cpuWeight = Rules.optional(cpuWeight);
    Rules.range("cpuWeight", cpuWeight, 1, HEAVIEST);
    tasks = Rules.optional(tasks);
    Rules.range("tasks", tasks, 1, Integer.MAX_VALUE);
    ioWeight = Rules.optional(ioWeight);
    Rules.range("ioWeight", ioWeight, 1, HEAVIEST);
    ioRead = bandwidths("ioRead", ioRead);
    ioWrite = bandwidths("ioWrite", ioWrite);
  }

  private static Optional<ByteSize> some(String what, Optional<ByteSize> size) {
    var given = Rules.optional(size);
    if (given.isPresent() && given.get().bytes() == 0) {
      throw Rules.bad(what, given.get(), "more than nothing; leave it out for no limit");
    }
    return given;
  }

  private static void requireCpus(double cpus) {
    if (!(cpus > 0) || cpus > MOST_CPUS || BigDecimal.valueOf(cpus).scale() > CPU_DIGITS) {
      throw Rules.bad(
          "cpus", cpus, "a number of processors above 0 with at most 4 decimals, such as 1.5");
    }
  }

  private static List<Bandwidth> bandwidths(String what, List<Bandwidth> given) {
    var all = Rules.list(given);
    Rules.distinct(what, all.stream().map(Bandwidth::path).toList());
    return all;
  }
}
