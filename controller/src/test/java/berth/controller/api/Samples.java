package berth.controller.api;

import berth.controller.model.MetricsSample;
import berth.protocol.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;

/** A page of metrics such as an agent sends. */
final class Samples {
  static final String TEXT =
      """
      # HELP berth_container_memory_bytes Memory in use.
      # TYPE berth_container_memory_bytes gauge
      # UNIT berth_container_memory_bytes bytes
      berth_container_memory_bytes{container="web"} 2.1692416E7
      # HELP berth_container_cpu_seconds Processor time.
      # TYPE berth_container_cpu_seconds counter
      # UNIT berth_container_cpu_seconds seconds
      berth_container_cpu_seconds_total{container="web"} 12.5
      # EOF
      """;

  private Samples() {}

  static MetricsSample at(Instant at) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(TEXT.getBytes(StandardCharsets.UTF_8));
    }
    return new MetricsSample(at, Bytes.of(bytes.toByteArray()));
  }
}
