package berth.agent.metrics;

import berth.agent.report.InventorySources;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/**
 * All metrics of the host as text. Making it reads the kernel's files, so it belongs on a worker.
 */
public final class MetricsPage {
  /** The text format of Prometheus, version 0.0.4. */
  public static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  /** OpenMetrics 1.0. */
  public static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AgentMetrics agent = new AgentMetrics(registry);

  /** What the agent counts of itself. */
  public AgentMetrics agent() {
    return agent;
  }

  /** Adds the figures of the host. */
  public void show(InventorySources sources) {
    registry.getPrometheusRegistry().register(new HostSamples(sources, Path.of("/")));
  }

  /** The page in the format that a client's {@code Accept} header asks for. */
  public static String format(String accept) {
    return accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
  }

  /** The page in a format. */
  public String text(String format) {
    return registry.scrape(format);
  }

  /** The page as the controller gets it: OpenMetrics, gzip (RFC 1952). */
  public byte[] sample() {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text(OPEN_METRICS).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
