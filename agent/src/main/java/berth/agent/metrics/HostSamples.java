package berth.agent.metrics;

import berth.agent.report.InventorySources;
import berth.protocol.state.PoolState;
import berth.protocol.state.PoolState.Health;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The host's pools and containers and the agent's own process, as they are when asked for. */
public final class HostSamples implements MultiCollector {
  private static final Logger LOG = LoggerFactory.getLogger(HostSamples.class);

  private final InventorySources sources;
  private final ContainerSamples containers;
  private final ProcessSamples process;

  /**
   * Samples of a host.
   *
   * @param filesystem where its root is, {@code /} but for tests
   */
  public HostSamples(InventorySources sources, Path filesystem) {
    this.sources = sources;
    this.containers = new ContainerSamples(filesystem);
    this.process = new ProcessSamples(filesystem);
  }

  /** Reads it all; to be called on a thread that may block. */
  @Override
  public MetricSnapshots collect() {
    var samples = new Samples();
    process.add(samples);
    part("pools", () -> pools(samples));
    part("containers", () -> sources.containers().get().forEach(c -> containers.add(samples, c)));
    return samples.snapshots();
  }

  /** A system bus that is down must not take the other figures along. */
  private static void part(String what, Runnable part) {
    try {
      part.run();
    } catch (RuntimeException e) {
      LOG.warn("no figures of the {}: {}", what, e.toString());
    }
  }

  private void pools(Samples samples) {
    for (var pool : sources.pools().get()) {
      var labels =
          Labels.of(
              "pool", pool.name().value(),
              "layout", pool.layout().name().toLowerCase(Locale.ROOT));
      samples.gauge(
          "berth_pool_size_bytes",
          "Size of the file system that holds a pool.",
          labels,
          (double) pool.size().bytes());
      samples.gauge(
          "berth_pool_used_bytes",
          "Part of the file system that holds a pool that is in use, by whatever is there.",
          labels,
          (double) pool.used().bytes());
      fullness(samples, labels, pool);
    }
  }

  private static void fullness(Samples samples, Labels labels, PoolState pool) {
    var full = pool.fullness();
    full.data()
        .ifPresent(part ->
            samples.gauge(
                "berth_pool_data_ratio",
                "Part of a pool's room for data that is in use.",
                labels,
                part));
    full.metadata()
        .ifPresent(part ->
            samples.gauge(
                "berth_pool_metadata_ratio",
                "Part of a pool's room for metadata that is in use.",
                labels,
                part));
    full.inodes()
        .ifPresent(part ->
            samples.gauge(
                "berth_pool_inodes_ratio",
                "Part of the number of files that a pool can have that is in use.",
                labels,
                part));
    for (var health : Health.values()) {
      pool.health()
          .ifPresent(is ->
              samples.gauge(
                  "berth_pool_health",
                  "Whether there is room in a pool: 1 for how it is, 0 for the others.",
                  labels.add("health", health.name().toLowerCase(Locale.ROOT)),
                  is == health ? 1 : 0));
    }
  }
}
