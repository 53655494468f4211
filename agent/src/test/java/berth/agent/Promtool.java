package berth.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What Prometheus' own checker has against a page of metrics. */
final class Promtool {
  private Promtool() {}

  static String complaints(String page) throws IOException {
    var process =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    try (var in = process.getOutputStream()) {
      in.write(page.getBytes(StandardCharsets.UTF_8));
    }
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
