package berth.controller.api;

import static berth.controller.api.FakeFleet.LAB1;
import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's Prometheus finds the hosts by itself and knows a container's memory. */
class PrometheusIT {
  private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private ApiServer server;
  private Process prometheus;
  private int port;

  @BeforeEach
  void start() throws Exception {
    assertThat(PROMETHEUS).as("install the package prometheus").isExecutable();
    server = new ApiServer(Files.createDirectory(folder.resolve("uploads")));
    server.fleet.samples.put(LAB1, Samples.at(Instant.now()));
    port = freePort();
    prometheus =
        new ProcessBuilder(
                PROMETHEUS.toString(),
                "--config.file=" + configuration(),
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    prometheus.destroy();
    if (!prometheus.waitFor(10, TimeUnit.SECONDS)) {
      prometheus.destroyForcibly().waitFor();
    }
    client.shutdownNow();
    server.close();
  }

  @Test
  void itKnowsAContainersSeriesAndWhichHostsAreDown() throws Exception {
    Eventually.holds(() -> !query("berth_container_memory_bytes").isEmpty());

    var series = query("berth_container_memory_bytes{berth_host=\"lab1\",container=\"web\"}");
    assertThat(series).hasSize(1);
    assertThat(series.get(0).at("/value/1").asText()).isEqualTo("21692416");
    assertThat(series.get(0).at("/metric/instance").asText()).isEqualTo("lab1");
    assertThat(query("berth_container_cpu_seconds_total").get(0).at("/value/1").asText())
        .isEqualTo("12.5");
    Eventually.holds(() -> query("up{berth_host=\"lab2\"}").at("/0/value/1").asText().equals("0"));
    Eventually.holds(() -> query("up{job=\"controller\"}").at("/0/value/1").asText().equals("1"));
    assertThat(query("berth_controller_hosts")).hasSize(2);
  }

  private Path configuration() throws IOException {
    return Files.writeString(
        folder.resolve("prometheus.yml"),
        """
        global:
          scrape_interval: 1s
          scrape_timeout: 1s
        scrape_configs:
          - job_name: berth
            http_sd_configs:
              - url: http://127.0.0.1:%1$d/api/v1/prometheus/targets
                refresh_interval: 1s
          - job_name: controller
            static_configs:
              - targets: ["127.0.0.1:%1$d"]
        """
            .formatted(server.port));
  }

  /** The answer of an instant query; none while Prometheus is not there yet. */
  private JsonNode query(String expression) throws IOException, InterruptedException {
    assertThat(prometheus.isAlive()).as("Prometheus runs: %s", log()).isTrue();
    var uri =
        "http://127.0.0.1:%d/api/v1/query?query=%s"
            .formatted(port, URLEncoder.encode(expression, StandardCharsets.UTF_8));
    try {
      var answer =
          client.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofByteArray());
      return answer.statusCode() == 200
          ? Wire.json().readTree(answer.body()).at("/data/result")
          : Wire.json().createArrayNode();
    } catch (ConnectException e) {
      return Wire.json().createArrayNode();
    }
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
