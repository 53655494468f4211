package berth.controller.api.http;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Serves a table of routes. What does not fit its route is refused here, as a problem that names
 * it: an unknown path (404), method (405 with {@code Allow}) or query parameter (400), a client
 * that takes nothing we have (406), a body of the wrong type (415) or size (413).
 */
public final class RouteTable {
  private static final Set<String> STREAMS = Set.of("application/x-ndjson", "text/event-stream");

  private static final Set<HttpMethod> METHODS =
      Set.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.POST,
          HttpMethod.PATCH,
          HttpMethod.DELETE,
          HttpMethod.OPTIONS);

  /** By which a client that cannot send PATCH asks for it with a POST. */
  private static final String OVERRIDE = "X-HTTP-Method-Override";

  /** How much of a wrong path is told back. */
  private static final int SHOWN = 200;

  private final Observer observer;

  private RouteTable(Observer observer) {
    this.observer = observer;
  }

  /** Is told of every answer. */
  @FunctionalInterface
  public interface Observer {
    /**
     * A request was answered, or its client went away.
     *
     * @param method {@code other} for one that no route has
     * @param path as in the table; empty for one that is not there
     */
    void answered(String method, String path, int status, Duration took);
  }

  /** A router that serves these routes and nothing else. */
  public static Router router(Vertx vertx, List<Route> routes, Observer observer) {
    var table = new RouteTable(observer);
    var router = Router.router(vertx);
    router.route().handler(RouteTable::refuseDots);
    routes.stream()
        .collect(Collectors.groupingBy(Route::path, LinkedHashMap::new, Collectors.toList()))
        .forEach((path, served) ->
            router
                .route(path.replaceAll("\\{(\\w+)}", ":$1"))
                .handler(context -> table.serve(context, path, served)));
    router.route().handler(context -> table.refuse(context, noSuchPath(context)));
    router.errorHandler(400, context -> table.refuse(context, badPath(context)));
    router.errorHandler(500, context -> table.fail(context, context.failure()));
    return router;
  }

  private void serve(RoutingContext context, String path, List<Route> served) {
    observe(context, path);
    var route = served.stream().filter(one -> serves(one, context)).findFirst();
    var allow = Map.of("Allow", allowed(served));
    if (route.isPresent()) {
      serve(context, route.get());
    } else if (context.request().method().equals(HttpMethod.OPTIONS)) {
      send(context, Answer.empty(204, allow));
    } else {
      var message = context.request().method() + " is not for " + path;
      var problem = new Problem(ProblemCode.INVALID, message, "use " + allow.get("Allow"));
      send(context, ProblemDetails.of(405, problem).answer(allow));
    }
  }

  private void serve(RoutingContext context, Route route) {
    var body = new RequestBody(context.request());
    context.addEndHandler(_ -> body.discard());
    var here = context.vertx().getOrCreateContext();
    Future.succeededFuture()
        .compose(_ -> answer(context, route, body))
        .onSuccess(answer -> here.runOnContext(_ -> send(context, answer)))
        .onFailure(failure -> here.runOnContext(_ -> fail(context, failure)));
  }

  private void observe(RoutingContext context, String path) {
    var start = System.nanoTime();
    var method = asked(context);
    context.addEndHandler(_ ->
        observer.answered(
            METHODS.contains(method) ? method.name() : "other",
            path,
            context.response().getStatusCode(),
            Duration.ofNanos(System.nanoTime() - start)));
  }

  /** On the connection's own context, whatever thread the answer came from. */
  private void send(RoutingContext context, Answer answer) {
    var here = context.vertx().getOrCreateContext();
    Future.succeededFuture()
        .compose(_ -> answer.send(context.request()))
        .onFailure(failure -> here.runOnContext(_ -> fail(context, failure)));
  }

  private void refuse(RoutingContext context, Problem problem) {
    observe(context, "");
    send(context, ProblemDetails.of(problem).answer(Map.of()));
  }

  /** Tells the failure, or hangs up in the middle of an answer: a cut one must not look whole. */
  private void fail(RoutingContext context, Throwable failure) {
    var response = context.response();
    if (response.closed()) {
      return;
    }
    // The path of a transfer is a secret.
    var path = context.request().path().replaceAll("/[0-9a-f]{64}(?=/|$)", "/…");
    var request = context.request().method() + " " + path;
    var details = ProblemDetails.of(failure, request);
    if (response.headWritten()) {
      context.request().connection().close();
    } else {
      send(context, details.answer(Map.of()));
    }
  }

  private Future<? extends Answer> answer(RoutingContext context, Route route, RequestBody body) {
    refuseUnknownParameters(context, route);
    var accept = Accept.of(context.request().getHeader(HttpHeaders.ACCEPT));
    var mediaType = accept.best(route.produces());
    if (mediaType.isEmpty() && !route.produces().isEmpty()) {
      return answer(406, "nothing that the Accept header takes", "take " + route.produces());
    }
    var types = mediaTypes(route.content());
    if (!types.isEmpty() && body.isPresent() && !types.contains(mediaType(context))) {
      return answer(
          415, "the body is not said to be JSON", "send Content-Type: " + types.getFirst());
    }
    var json =
        !types.isEmpty()
            ? body.whole(RequestBody.MAX_JSON_BYTES)
            : Future.succeededFuture(Buffer.buffer());
    return json.compose(read ->
        route
            .handler()
            .handle(new Request(context, mediaType.orElse(""), body, read))
            .map(answer -> answer));
  }

  private static Future<Answer> answer(int status, String message, String remedy) {
    var problem = new Problem(ProblemCode.INVALID, message, remedy);
    return Future.succeededFuture(ProblemDetails.of(status, problem).answer(Map.of()));
  }

  private static void refuseUnknownParameters(RoutingContext context, Route route) {
    for (var name : context.queryParams().names()) {
      if (!route.query().contains(name)) {
        throw new BerthException(
            ProblemCode.INVALID,
            "unknown query parameter \"" + name + "\"",
            route.query().isEmpty() ? "use none" : "known are " + String.join(", ", route.query()));
      }
    }
  }

  /** How a JSON body may be called, the best name first; none where there is no such body. */
  private static List<String> mediaTypes(Route.Content content) {
    return switch (content) {
      case JSON -> List.of(Route.JSON);
      case MERGE_PATCH -> List.of(Route.MERGE_PATCH, Route.JSON);
      case NONE, BYTES -> List.of();
    };
  }

  private static String mediaType(RoutingContext context) {
    var type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  private static HttpMethod asked(RoutingContext context) {
    var method = context.request().method();
    var patch = "PATCH".equals(context.request().getHeader(OVERRIDE));
    return patch && method.equals(HttpMethod.POST) ? HttpMethod.PATCH : method;
  }

  /** A HEAD is served as the GET is, unless that is a stream. */
  private static boolean serves(Route route, RoutingContext context) {
    var method = asked(context);
    return route.method().equals(method)
        || (method.equals(HttpMethod.HEAD)
            && route.method().equals(HttpMethod.GET)
            && route.produces().stream().noneMatch(STREAMS::contains));
  }

  private static String allowed(List<Route> served) {
    return served.stream().map(route -> route.method().name()).collect(Collectors.joining(", "));
  }

  /** Dots would lead to another path than the one that is written. */
  private static void refuseDots(RoutingContext context) {
    var path = context.request().path();
    var plain = path == null ? "" : path.replaceAll("(?i)%2e", ".");
    if (Arrays.stream(plain.split("/")).anyMatch(part -> part.equals(".") || part.equals(".."))) {
      context.fail(400);
    } else {
      context.next();
    }
  }

  private static Problem noSuchPath(RoutingContext context) {
    return new Problem(
        ProblemCode.NOT_FOUND,
        "there is nothing at " + shown(context),
        "GET /api/v1 lists what there is");
  }

  private static Problem badPath(RoutingContext context) {
    return new Problem(ProblemCode.INVALID, "bad path " + shown(context));
  }

  private static String shown(RoutingContext context) {
    var path = String.valueOf(context.request().path());
    return path.length() <= SHOWN ? path : path.substring(0, SHOWN) + "...";
  }
}
