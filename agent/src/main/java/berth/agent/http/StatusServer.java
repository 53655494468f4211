package berth.agent.http;

import berth.agent.metrics.MetricsPage;
import berth.protocol.Wire;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Serves {@code /metrics} and {@code /healthz}. */
public final class StatusServer {
  private final Vertx vertx;
  private final MetricsPage page;
  private final Health health;

  public StatusServer(Vertx vertx, MetricsPage page, Health health) {
    this.vertx = vertx;
    this.page = page;
    this.health = health;
  }

  /** Begins to listen; gives the port, which port 0 leaves to the system. */
  public Future<Integer> listen(String address, int port) {
    var router = Router.router(vertx);
    router.get("/metrics").handler(this::metrics);
    router.get("/healthz").handler(this::healthz);
    return vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(SocketAddress.inetSocketAddress(port, address))
        .map(HttpServer::actualPort);
  }

  private void metrics(RoutingContext context) {
    var format = MetricsPage.format(context.request().getHeader(HttpHeaders.ACCEPT));
    vertx
        .executeBlocking(() -> page.text(format))
        .onSuccess(text -> context.response().putHeader(HttpHeaders.CONTENT_TYPE, format).end(text))
        .onFailure(context::fail);
  }

  private void healthz(RoutingContext context) {
    var report = health.report();
    context
        .response()
        .setStatusCode(report.healthy() ? 200 : 503)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(Buffer.buffer(Wire.write(report)));
  }
}
