package berth.controller.model;

import berth.protocol.Bytes;
import java.time.Instant;
import java.util.Objects;

/**
 * The newest page of metrics that a host sent.
 *
 * @param at when it arrived
 * @param gzip OpenMetrics text, compressed as it came
 */
public record MetricsSample(Instant at, Bytes gzip) {
  public MetricsSample {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(gzip, "gzip");
  }
}
