package berth.controller.api;

import static berth.controller.api.http.Route.delete;
import static berth.controller.api.http.Route.get;
import static berth.controller.api.http.Route.patch;
import static berth.controller.api.http.Route.post;

import berth.controller.api.http.HttpServers;
import berth.controller.api.http.Route;
import berth.controller.api.http.RouteTable;
import berth.controller.fleet.EventLog;
import berth.controller.fleet.HostRegistry;
import berth.controller.image.UploadStore;
import berth.controller.metrics.ControllerMetrics;
import berth.controller.metrics.PlainText;
import berth.controller.operation.Operations;
import berth.controller.operation.ProcessStreams;
import berth.controller.transfer.TransferStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * The HTTP API: everything that people, scripts and the command line can ask of a controller.
 * {@code openapi.json} describes the same routes; a test holds the two against each other.
 */
public final class HttpApi {
  static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  static final String LINES = "application/x-ndjson";
  static final String EVENT_STREAM = "text/event-stream";

  private final HttpServers servers;

  /**
   * What the API speaks for.
   *
   * @param staleMetrics the age from which a host's metrics are no longer shown
   * @param version of the controller
   */
  public record Services(
      HostRegistry hosts,
      EventLog events,
      Operations operations,
      ProcessStreams streams,
      UploadStore uploads,
      TransferStore transfers,
      ControllerMetrics metrics,
      Duration staleMetrics,
      InstantSource clock,
      String version) {}

  public HttpApi(Vertx vertx, Services services) {
    services.metrics().watch(services.hosts());
    this.servers =
        new HttpServers(
            vertx, RouteTable.router(vertx, routes(vertx, services), services.metrics()::answered));
  }

  /** The table of all routes. */
  static List<Route> routes(Vertx vertx, Services services) {
    var submission = new Submission(services.operations());
    var about = new AboutRoutes(services.version(), services.events());
    var hosts = new HostRoutes(services.hosts());
    var wait = new ContainerWait(vertx, services.hosts(), services.events());
    var containers = new ContainerRoutes(services.hosts(), wait, submission);
    var verbs = new VerbRoutes(submission);
    var images = new ImageRoutes(services.hosts(), services.uploads(), submission);
    var pools = new PoolRoutes(services.hosts());
    var uploads = new UploadRoutes(services.uploads());
    var operations = new OperationRoutes(services.operations());
    var processes = new ProcessRoutes(services.streams());
    var terminals = new TerminalRoutes(services.streams());
    var events = new EventRoutes(vertx, services.events());
    var metrics = new MetricsRoutes(vertx, services);
    var transfers = new TransferRoutes(services.transfers());
    var copies = new CopyRoutes(services.transfers(), submission);
    var snapshots = new SnapshotRoutes(submission);
    return List.of(
        get("/api/v1", about::index),
        get("/api/v1/openapi.json", about::openApi),
        get("/healthz", about::health),
        get("/metrics", metrics::own).produces(PlainText.MEDIA_TYPE, OPEN_METRICS),
        get("/api/v1/prometheus/targets", metrics::targets),
        get("/api/v1/hosts", hosts::list),
        get("/api/v1/hosts/{host}", hosts::show),
        get("/api/v1/hosts/{host}/metrics", metrics::ofHost)
            .produces(OPEN_METRICS, PlainText.MEDIA_TYPE),
        get("/api/v1/containers", containers::list).query("host", "selector"),
        post("/api/v1/hosts/{host}/containers", containers::create).json().query("deadline"),
        get("/api/v1/hosts/{host}/containers/{name}", containers::show).query("for", "wait"),
        delete("/api/v1/hosts/{host}/containers/{name}", containers::remove)
            .query("force", "deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/start", containers::start)
            .json()
            .query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/restart", containers::restart)
            .json()
            .query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/stop", containers::stop)
            .json()
            .query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/exec", containers::exec)
            .json()
            .query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/logs", containers::logs)
            .json()
            .query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/kill", verbs::kill).json().query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/reboot", verbs::reboot)
            .json()
            .query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/pause", verbs::pause).query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/resume", verbs::resume).query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/clone", verbs::copy).json().query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/rename", verbs::rename)
            .json()
            .query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/inspect", containers::inspect)
            .query("deadline"),
        post("/api/v1/hosts/{host}/usage", containers::usage).json().query("deadline"),
        patch("/api/v1/hosts/{host}/containers/{name}", containers::set).query("force", "deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/adopt", containers::adopt).query("deadline"),
        get("/api/v1/schemas/container.json", about::containerSchema),
        get("/api/v1/pools", pools::list).query("host"),
        get("/api/v1/images", images::list).query("host"),
        post("/api/v1/images/{image}/build", images::build).json().query("deadline"),
        post("/api/v1/images/{image}/import", images::bring).json().query("deadline"),
        delete("/api/v1/hosts/{host}/images/{image}", images::remove).query("pool", "deadline"),
        post("/api/v1/uploads", uploads::receive).bytes(),
        get("/api/v1/uploads/{sha256}", uploads::send).produces(Route.BYTES),
        get("/api/v1/operations", operations::list).query("limit", "before", "state"),
        get("/api/v1/operations/{id}", operations::show).query("wait", "after"),
        post("/api/v1/operations/{id}/cancel", operations::cancel),
        get("/api/v1/operations/{id}/output", processes::output).produces(LINES),
        post("/api/v1/operations/{id}/input", processes::input).bytes().producesNothing(),
        get("/api/v1/events", events::events)
            .query("after", "limit")
            .produces(Route.JSON, EVENT_STREAM),
        get("/api/v1/operations/{id}/terminal", terminals::open).producesNothing(),
        post("/api/v1/transfers", transfers::begin),
        post("/api/v1/transfers/{transfer}", transfers::append).bytes().query("offset"),
        get("/api/v1/transfers/{transfer}", transfers::send).produces(Route.BYTES),
        delete("/api/v1/transfers/{transfer}", transfers::end).producesNothing(),
        post("/api/v1/hosts/{host}/containers/{name}/copy-in", copies::in).json().query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/copy-out", copies::out)
            .json()
            .query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/export", copies::export)
            .json()
            .query("deadline"),
        post("/api/v1/hosts/{host}/containers/{name}/import", copies::bring)
            .json()
            .query("deadline"),
        get("/api/v1/hosts/{host}/containers/{name}/snapshots", snapshots::list),
        post("/api/v1/hosts/{host}/containers/{name}/snapshots", snapshots::create)
            .json()
            .query("deadline"),
        delete("/api/v1/hosts/{host}/containers/{name}/snapshots/{snapshot}", snapshots::remove)
            .query("force", "deadline"),
        post(
                "/api/v1/hosts/{host}/containers/{name}/snapshots/{snapshot}/restore",
                snapshots::restore)
            .query("deadline"));
  }

  /**
   * Begins to listen; gives the addresses with the ports that were chosen where 0 was asked for.
   */
  public Future<List<SocketAddress>> listen(List<SocketAddress> addresses) {
    return servers.listen(addresses);
  }

  /** Stops listening and hangs up on every client. */
  public Future<Void> close() {
    return servers.close();
  }
}
