package berth.agent.view;

import berth.agent.dispatch.Job;
import berth.agent.exec.LogOutput;
import berth.agent.report.Streams;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.command.ViewCommand.WatchUsage;
import berth.protocol.reply.Result;
import berth.protocol.reply.Result.ProcessResult;
import berth.protocol.state.ContainerState;
import berth.protocol.state.UsageSample;
import berth.protocol.state.UsageSample.ContainerUsage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Measures what the containers use, again and again, and hands it on as lines of JSON. */
public final class UsageWatch {
  private final Supplier<List<ContainerState>> containers;
  private final Counters.Source source;

  /**
   * @param containers as they are when asked for
   */
  public UsageWatch(Supplier<List<ContainerState>> containers) {
    this(containers, new Counters.Kernel());
  }

  UsageWatch(Supplier<List<ContainerState>> containers, Counters.Source source) {
    this.containers = containers;
    this.source = source;
  }

  /** The counters at a moment. */
  private record Reading(long nanos, Map<ContainerName, Counters> counters) {}

  Result watch(WatchUsage command, Streams streams, Job job) {
    var cancelled = new CountDownLatch(1);
    job.onCancel(cancelled::countDown);
    try (var output = LogOutput.open(job.id(), streams)) {
      job.onCancel(output::abandon);
      var before = read();
      var left = command.samples().orElse(Integer.MAX_VALUE);
      for (; left > 0; left--) {
        pause(command, cancelled);
        job.stopIfCancelled();
        var now = read();
        var sample = new UsageSample(Instant.now(), between(before, now));
        output.line(new String(Wire.write(sample), StandardCharsets.UTF_8));
        before = now;
      }
      var nothing = Bytes.of("");
      return new ProcessResult(Optional.of(0), Optional.empty(), output.finish(), nothing, nothing);
    }
  }

  private static void pause(WatchUsage command, CountDownLatch cancelled) {
    try {
      var _ = cancelled.await(command.interval().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BerthException(ProblemCode.UNAVAILABLE, "the agent on the host ends");
    }
  }

  private Reading read() {
    var counters = new LinkedHashMap<ContainerName, Counters>();
    for (var container : containers.get()) {
      container
          .leader()
          .flatMap(_ -> source.read(container))
          .ifPresent(c -> counters.put(container.name(), c));
    }
    return new Reading(System.nanoTime(), counters);
  }

  private static List<ContainerUsage> between(Reading before, Reading now) {
    var seconds = (now.nanos() - before.nanos()) / 1e9;
    return now.counters().entrySet().stream()
        .map(entry ->
            entry
                .getValue()
                .since(
                    Optional.ofNullable(before.counters().get(entry.getKey())),
                    entry.getKey(),
                    seconds))
        .toList();
  }
}
