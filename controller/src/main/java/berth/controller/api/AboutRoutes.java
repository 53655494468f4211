package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.api.http.Route;
import berth.controller.fleet.EventLog;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** What this is, how to talk to it, and whether it is well. */
final class AboutRoutes {
  private final Index index;
  private final EventLog events;
  private final byte[] openApi = resource("/berth/openapi.json");
  private final byte[] containerSchema = resource("/berth/container.schema.json");

  AboutRoutes(String version, EventLog events) {
    this.index = new Index("berth", version, LINKS);
    this.events = events;
  }

  /** The way in: what there is, by name. */
  record Index(String name, String version, Map<String, String> links) {}

  /** The controller does its work. */
  record Health(String status) {}

  private static final Map<String, String> LINKS =
      Map.ofEntries(
          Map.entry("hosts", "/api/v1/hosts"),
          Map.entry("containers", "/api/v1/containers"),
          Map.entry("images", "/api/v1/images"),
          Map.entry("pools", "/api/v1/pools"),
          Map.entry("uploads", "/api/v1/uploads"),
          Map.entry("operations", "/api/v1/operations"),
          Map.entry("events", "/api/v1/events"),
          Map.entry("openapi", "/api/v1/openapi.json"),
          Map.entry("prometheus", "/api/v1/prometheus/targets"),
          Map.entry("metrics", "/metrics"),
          Map.entry("health", "/healthz"));

  Future<Answer> index(Request request) {
    return Future.succeededFuture(Answer.json(index));
  }

  Future<Answer> openApi(Request request) {
    return Future.succeededFuture(Answer.bytes(Route.JSON, openApi));
  }

  /** The JSON Schema of a container's specification. */
  Future<Answer> containerSchema(Request request) {
    return Future.succeededFuture(Answer.bytes(Route.JSON, containerSchema));
  }

  /** Well is who can read the database. */
  Future<Answer> health(Request request) {
    return events.latest(1).map(_ -> Answer.json(new Health("ok")));
  }

  private static byte[] resource(String path) {
    try (var in = AboutRoutes.class.getResourceAsStream(path)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
