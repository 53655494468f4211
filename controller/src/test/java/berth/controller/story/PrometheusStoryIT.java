package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.lab.machine.Processes;
import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus, pointed at the controller's discovery and nothing else. */
@ExtendWith(Story.Extension.class)
class PrometheusStoryIT {

  @AfterEach
  void leaveNothing(Story story) {
    story.ok("rm", "--force", "lab1/seen");
  }

  @Test
  void aContainersSeriesIsFoundByDiscoveryAlone(Story story, @TempDir Path folder)
      throws IOException {
    story.ok("create", "lab1/seen", "--image", "guest", "--start", "--wait", "ready");
    var port = freePort();
    var config =
        """
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: berth
            http_sd_configs: [{url: "%s", refresh_interval: 1s}]
        """
            .formatted(story.lab().controller().url().resolve("/api/v1/prometheus/targets"));
    Files.writeString(folder.resolve("prometheus.yml"), config);
    var prometheus =
        Processes.background(
            List.of(
                "prometheus",
                "--config.file=" + folder.resolve("prometheus.yml"),
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port),
            Map.of(),
            folder.resolve("log"));
    try {
      Story.until("the container's CPU is known", () -> !series(port, cpu()).isEmpty());
      var labels = series(port, cpu()).get(0).get("metric");
      assertThat(labels.path("berth_host").asText()).isEqualTo("lab1");
      Story.until("both hosts are up", () -> series(port, "up{job=\"berth\"} == 1").size() == 2);
    } finally {
      prometheus.destroy();
      prometheus.onExit().join();
    }
  }

  @Test
  void everyPageIsCleanByPromtool(Story story) {
    story.ok("create", "lab1/seen", "--image", "guest", "--start", "--wait", "ready");
    var base = story.lab().controller().url();
    for (var page :
        List.of("/metrics", "/api/v1/hosts/lab1/metrics", "/api/v1/hosts/lab2/metrics")) {
      Story.until(page + " is there", () -> !get(base.resolve(page).toString()).isEmpty());
      check(get(base.resolve(page).toString()));
    }
    check(agentPage(story));
  }

  private static String agentPage(Story story) {
    // The host has no HTTP client of its own: bash speaks enough of it.
    var request =
        "exec 3<>/dev/tcp/127.0.0.1/9464; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3;"
            + " sed '1,/^\\r*$/d' <&3";
    var page = story.host("lab1").run("bash", "-c", request).out();
    assertThat(page).contains("berth_agent_");
    return page;
  }

  private static void check(String page) {
    var checked = Processes.tryRun(List.of("promtool", "check", "metrics"), text004(page));
    assertThat(checked.exit()).as(checked.out() + checked.err()).isZero();
    assertThat(checked.out() + checked.err()).isEmpty();
  }

  /** What promtool reads: it does not know the end mark of OpenMetrics. */
  private static String text004(String page) {
    return page.replace("# EOF\n", "");
  }

  private static String cpu() {
    return "berth_container_cpu_seconds_total{container=\"seen\"} > 0";
  }

  private static JsonNode series(int port, String query) {
    var ran =
        Processes.tryRun(
            "curl",
            "-s",
            "-f", // before it is ready it answers 503 and no JSON
            "--get",
            "http://127.0.0.1:" + port + "/api/v1/query",
            "--data-urlencode",
            "query=" + query);
    if (ran.exit() != 0) {
      return Wire.json().createArrayNode();
    }
    return Wire.read(ran.out().getBytes(StandardCharsets.UTF_8), JsonNode.class).at("/data/result");
  }

  private static String get(String url) {
    return Processes.tryRun("curl", "-s", "-f", "-H", "Accept: text/plain", url).out();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
