package berth.controller.api.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.List;

/**
 * One line of the route table.
 *
 * @param path with parameters in braces, as OpenAPI writes them: {@code /api/v1/hosts/{host}}
 * @param query the query parameters that it knows; any other is refused
 * @param content what it takes as a body
 * @param produces the media types that it can answer with, the preferred one first
 */
public record Route(
    HttpMethod method,
    String path,
    List<String> query,
    Content content,
    List<String> produces,
    Handler handler) {

  public static final String JSON = "application/json";
  public static final String MERGE_PATCH = "application/merge-patch+json";
  public static final String BYTES = "application/octet-stream";

  /** What a route takes as a body. */
  public enum Content {
    /** None; what comes is thrown away. */
    NONE,
    /** A JSON object of at most {@link RequestBody#MAX_JSON_BYTES}, or none at all. */
    JSON,
    /**
     * A JSON Merge Patch (RFC 7396), said to be one or to be plain JSON, as large as JSON may be.
     */
    MERGE_PATCH,
    /** Any bytes, however many, taken as they come. */
    BYTES
  }

  /** Answers a request; what it throws or fails with is answered as a problem. */
  @FunctionalInterface
  public interface Handler {
    Future<? extends Answer> handle(Request request);
  }

  public Route {
    query = List.copyOf(query);
    produces = List.copyOf(produces);
  }

  public static Route get(String path, Handler handler) {
    return new Route(HttpMethod.GET, path, List.of(), Content.NONE, List.of(JSON), handler);
  }

  public static Route post(String path, Handler handler) {
    return new Route(HttpMethod.POST, path, List.of(), Content.NONE, List.of(JSON), handler);
  }

  public static Route patch(String path, Handler handler) {
    return new Route(
        HttpMethod.PATCH, path, List.of(), Content.MERGE_PATCH, List.of(JSON), handler);
  }

  public static Route delete(String path, Handler handler) {
    return new Route(HttpMethod.DELETE, path, List.of(), Content.NONE, List.of(JSON), handler);
  }

  /** The same route with these query parameters. */
  public Route query(String... names) {
    return new Route(method, path, List.of(names), content, produces, handler);
  }

  /** The same route with a JSON object as its body. */
  public Route json() {
    return new Route(method, path, query, Content.JSON, produces, handler);
  }

  /** The same route with any bytes as its body. */
  public Route bytes() {
    return new Route(method, path, query, Content.BYTES, produces, handler);
  }

  /** The same route without a body in its answer. */
  public Route producesNothing() {
    return produces(new String[0]);
  }

  /** The same route with other media types to answer with. */
  public Route produces(String... mediaTypes) {
    return new Route(method, path, query, content, List.of(mediaTypes), handler);
  }
}
