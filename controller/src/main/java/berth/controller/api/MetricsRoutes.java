package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.ProblemDetails;
import berth.controller.api.http.Request;
import berth.controller.metrics.HostPage;
import berth.controller.metrics.PlainText;
import berth.controller.model.MetricsSample;
import berth.protocol.Bytes;
import berth.protocol.HostId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What Prometheus asks for: where the metrics are, those of each host, and our own. */
final class MetricsRoutes {
  private static final Map<String, String> READ = Map.of("Vary", "Accept, Accept-Encoding");
  private static final Map<String, String> AS_IT_CAME =
      Map.of("Vary", "Accept, Accept-Encoding", "Content-Encoding", "gzip");

  private final Vertx vertx;
  private final HttpApi.Services services;

  MetricsRoutes(Vertx vertx, HttpApi.Services services) {
    this.vertx = vertx;
    this.services = services;
  }

  /**
   * One group of Prometheus' HTTP service discovery, for one host.
   *
   * @param targets the address by which this controller was asked: it serves the hosts' metrics
   * @param labels of every series, and the path to scrape
   */
  record TargetGroup(List<String> targets, Map<String, String> labels) {}

  /** Every host is a target, so that one that is offline shows as down rather than not at all. */
  Future<Answer> targets(Request request) {
    var address = List.of(request.authority());
    var groups =
        services.hosts().hosts().stream()
            .map(host -> new TargetGroup(address, labels(host.host())))
            .toList();
    return Future.succeededFuture(Answer.json(groups));
  }

  private static Map<String, String> labels(HostId host) {
    return Map.of(
        "berth_host", host.value(),
        "instance", host.value(),
        "__metrics_path__", "/api/v1/hosts/" + host + "/metrics");
  }

  /**
   * The newest page of a host, as long as it says something about now: as it came, unless the
   * client does not take gzip or wants the older text format.
   */
  Future<Answer> ofHost(Request request) {
    var host = services.hosts().host(request.path("host", HostId::of)).host();
    var sample = services.hosts().metrics(host);
    if (sample.filter(this::isFresh).isEmpty()) {
      return Future.succeededFuture(stale(host, sample.isPresent()));
    }
    var gzip = sample.get().gzip();
    var plain = request.mediaType().equals(PlainText.MEDIA_TYPE);
    if (takesGzip(request) && !plain) {
      return Future.succeededFuture(page(HttpApi.OPEN_METRICS, AS_IT_CAME, gzip));
    }
    return vertx
        .executeBlocking(() -> HostPage.decompressed(gzip), false)
        .map(text -> plain ? Bytes.of(PlainText.of(text.text())) : text)
        .map(text -> page(request.mediaType(), READ, text));
  }

  private boolean isFresh(MetricsSample sample) {
    var age = Duration.between(sample.at(), services.clock().instant());
    return age.compareTo(services.staleMetrics()) <= 0;
  }

  private Answer stale(HostId host, boolean any) {
    var message =
        any
            ? "the newest metrics of %s are older than %s".formatted(host, services.staleMetrics())
            : "%s has sent no metrics since the controller started".formatted(host);
    return ProblemDetails.of(new Problem(ProblemCode.UNAVAILABLE, message))
        .answer(Map.of("Retry-After", "15"));
  }

  private static Answer page(String mediaType, Map<String, String> headers, Bytes body) {
    return Answer.bytes(200, mediaType, headers, Buffer.buffer(body.array()));
  }

  private static boolean takesGzip(Request request) {
    return request
        .header("Accept-Encoding")
        .filter(
            accepted -> accepted.matches("(?i)(.*[,\\s])?gzip\\s*(,.*|;\\s*q=(1|0\\.0*[1-9]).*)?"))
        .isPresent();
  }

  Future<Answer> own(Request request) {
    var mediaType = request.mediaType();
    return vertx
        .executeBlocking(() -> services.metrics().page(mediaType), false)
        .map(page -> Answer.bytes(mediaType, page));
  }
}
