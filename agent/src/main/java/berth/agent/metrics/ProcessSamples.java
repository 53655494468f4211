package berth.agent.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.lang.ProcessHandle.Info;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** The agent's own process, under the names that Prometheus' client libraries agree on. */
final class ProcessSamples {
  private static final int KIB = 1024;

  private final Path self;

  ProcessSamples(Path filesystem) {
    this.self = filesystem.resolve("proc/self");
  }

  void add(Samples samples) {
    var info = ProcessHandle.current().info();
    cpu(samples, info);
    info.startInstant()
        .map(Instant::toEpochMilli)
        .ifPresent(millis ->
            samples.gauge(
                "process_start_time_seconds",
                "When the agent's process began, in seconds since 1970.",
                Labels.EMPTY,
                millis / 1e3));
    for (var line : new KernelFile(self.resolve("status")).lines()) {
      if (line.startsWith("VmRSS:")) {
        samples.gauge(
            "process_resident_memory_bytes",
            "Memory of the agent's process that is in RAM.",
            Labels.EMPTY,
            (double) KIB * Long.parseLong(line.replaceAll("[^0-9]", "")));
      }
    }
  }

  private static void cpu(Samples samples, Info info) {
    info.totalCpuDuration()
        .map(Duration::toNanos)
        .ifPresent(nanos ->
            samples.counter(
                "process_cpu_seconds",
                "Processor time that the agent's process used.",
                Labels.EMPTY,
                nanos / 1e9));
  }
}
