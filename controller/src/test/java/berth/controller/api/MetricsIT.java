package berth.controller.api;

import static berth.controller.api.FakeFleet.LAB1;
import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.model.MetricsSample;
import berth.protocol.Bytes;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Metrics over HTTP: those of the hosts as they came, and the controller's own. */
class MetricsIT {
  private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
  private static final Instant NOW = Instant.parse("2026-11-23T18:00:00Z");
  private static final String PAGE = "/api/v1/hosts/lab1/metrics";
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  @TempDir private Path folder;
  private ApiServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ApiServer(folder, () -> NOW);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate, gzip", "gzip;q=1.0, *;q=0", "br,gzip ,x"})
  void aPageGoesOutAsItCameToWhoTakesGzip(String accepted) throws Exception {
    var sample = Samples.at(NOW);
    server.fleet.samples.put(LAB1, sample);

    var answer =
        server.send(
            server.request(PAGE).header("Accept-Encoding", accepted), BodyHandlers.ofByteArray());

    assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
    assertThat(answer.headers().firstValue("Content-Type")).hasValue(OPEN_METRICS);
    assertThat(answer.headers().firstValue("Vary")).hasValue("Accept, Accept-Encoding");
    assertThat(answer.body()).isEqualTo(sample.gzip().array());
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip;q=0", "br"})
  void aPageIsDecompressedForWhoDoesNot(String accepted) throws Exception {
    server.fleet.samples.put(LAB1, Samples.at(NOW));

    var answer = server.get(PAGE, "Accept-Encoding", accepted);

    assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(answer.headers().firstValue("Content-Type")).hasValue(OPEN_METRICS);
    assertThat(answer.body()).isEqualTo(Samples.TEXT);
  }

  @Test
  void aPageIsToldInTheOlderFormatToWhoLikesThatBetter() throws Exception {
    server.fleet.samples.put(LAB1, Samples.at(NOW));

    var answer = server.get(PAGE, "Accept", "text/plain", "Accept-Encoding", "gzip");

    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.body())
        .contains("# TYPE berth_container_cpu_seconds_total counter")
        .doesNotContain("# EOF");
  }

  @Test
  void aPageIsShownAsLongAsItSaysSomethingAboutNow() throws Exception {
    server.fleet.samples.put(LAB1, Samples.at(NOW.minus(ApiServer.STALE)));
    assertThat(server.get(PAGE).statusCode()).isEqualTo(200);

    server.fleet.samples.put(LAB1, Samples.at(NOW.minus(ApiServer.STALE).minusMillis(1)));
    var stale = server.get(PAGE);
    assertThat(stale.statusCode()).isEqualTo(503);
    assertThat(stale.headers().firstValue("Retry-After")).hasValue("15");
    assertThat(stale.body()).contains("the newest metrics of lab1 are older than PT1M");
  }

  @Test
  void aHostWithoutAPageIsUnavailableAndAnUnknownOneIsNotFound() throws Exception {
    assertThat(server.get("/api/v1/hosts/lab2/metrics").statusCode()).isEqualTo(503);
    assertThat(server.get("/api/v1/hosts/lab9/metrics").statusCode()).isEqualTo(404);
  }

  @Test
  void aPageThatIsNoGzipIsAFailureOfTheHost() throws Exception {
    server.fleet.samples.put(LAB1, new MetricsSample(NOW, Bytes.of("no gzip")));

    assertThat(server.get(PAGE).statusCode()).isEqualTo(502);
  }

  @Test
  void everyHostIsATargetAtTheAddressThatWasAsked() throws Exception {
    var targets = ApiServer.json(server.get("/api/v1/prometheus/targets"));

    assertThat(targets).hasSize(2);
    assertThat(targets.get(0).at("/targets/0").asText()).isEqualTo("127.0.0.1:" + server.port);
    assertThat(targets.get(0).at("/labels/berth_host").asText()).isEqualTo("lab1");
    assertThat(targets.get(0).at("/labels/__metrics_path__").asText()).isEqualTo(PAGE);
    assertThat(targets.get(1).at("/labels/berth_host").asText()).isEqualTo("lab2");
  }

  @Test
  void itsOwnPageIsWrittenAsTheClientLikesIt() throws Exception {
    var open = server.get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0");
    var plain = server.get("/metrics", "Accept", "*/*");

    assertThat(open.headers().firstValue("Content-Type")).hasValue(OPEN_METRICS);
    assertThat(open.body()).endsWith("# EOF\n");
    assertThat(plain.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
    assertThat(plain.body()).doesNotContain("# EOF");
  }

  @Test
  void itsOwnPageCountsRequestsByRouteAndHasTheProcessAndTheFleet() throws Exception {
    server.get("/api/v1/hosts/lab1");
    server.get("/api/v1/hosts/lab2");
    server.get("/nowhere");
    Eventually.holds(() -> server.requests() == 3);

    assertThat(server.get("/metrics", "Accept", "text/plain").body())
        .contains(
            "berth_controller_http_request_duration_seconds_count"
                + "{method=\"GET\",path=\"/api/v1/hosts/{host}\",status=\"200\"} 2",
            "{method=\"GET\",path=\"\",status=\"404\"} 1",
            "berth_controller_hosts{status=\"online\"} 1",
            "berth_controller_hosts{status=\"offline\"} 1",
            "berth_controller_containers 1",
            "jvm_memory_used_bytes",
            "process_cpu_seconds_total");
  }

  @Test
  void promtoolFindsNothingWrongWithItsOwnPage() throws Exception {
    assertThat(PROMTOOL).as("install the package prometheus: it has promtool").isExecutable();
    server.get("/api/v1/hosts");
    Eventually.holds(() -> server.requests() == 1);
    var page = server.get("/metrics", "Accept", "text/plain").body();
    var file = Files.writeString(folder.resolve("page"), page);

    var promtool =
        new ProcessBuilder(PROMTOOL.toString(), "check", "metrics")
            .redirectInput(file.toFile())
            .redirectErrorStream(true)
            .start();
    var said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(promtool.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(said).isEmpty();
    assertThat(promtool.exitValue()).isZero();
  }

  @Test
  void itIsWell() throws Exception {
    var answer = server.get("/healthz");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"status\":\"ok\"}");
  }
}
