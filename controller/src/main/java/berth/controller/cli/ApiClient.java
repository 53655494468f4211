package berth.controller.cli;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * The controller's API as a client sees it. A refusal is thrown as the {@link BerthException} that
 * its problem details (RFC 9457) tell; no answer at all as {@code UNAVAILABLE}.
 */
final class ApiClient {
  private static final String PREFIX = "api/v1/";
  private static final int CONNECT_MILLIS = 10_000;

  /** Before what may have been done is asked for again. */
  private static final List<Duration> PAUSES =
      List.of(Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofSeconds(3));

  /** Longer than the controller holds any answer back, a stream's sign of life included. */
  private static final int SILENCE_MILLIS = 90_000;

  private final URI base;

  ApiClient(URI base) {
    if (!"http".equals(base.getScheme()) && !"https".equals(base.getScheme())) {
      throw new BerthException(
          ProblemCode.INVALID, "bad controller address " + base + ": http://HOST:PORT");
    }
    this.base = base;
  }

  URI base() {
    return base;
  }

  JsonNode get(String path) throws IOException {
    return get(path, JsonNode.class);
  }

  <T> T get(String path, Class<T> type) throws IOException {
    return answer(open("GET", path), type);
  }

  <T> T delete(String path, Class<T> type) throws IOException {
    return answer(open("DELETE", path), type);
  }

  /** Posts a JSON document; the idempotency key makes a repeat by us harmless. */
  <T> T post(String path, Object body, Class<T> type) throws IOException {
    return send(() -> open("POST", path), "application/json", body, type);
  }

  /** Sends a JSON Merge Patch; as a POST that asks for one, for Java's client has no PATCH. */
  <T> T patch(String path, Object change, Class<T> type) throws IOException {
    Opening opening =
        () -> {
          var connection = open("POST", path);
          connection.setRequestProperty("X-HTTP-Method-Override", "PATCH");
          return connection;
        };
    return send(opening, "application/merge-patch+json", change, type);
  }

  @FunctionalInterface
  private interface Opening {
    HttpURLConnection open() throws IOException;
  }

  /** Asks again, with the same key, where the connection breaks before the answer is there. */
  private <T> T send(Opening opening, String mediaType, Object body, Class<T> type)
      throws IOException {
    var bytes = Wire.write(body);
    var key = UUID.randomUUID().toString();
    IOException broke = null;
    for (var tries = 0; broke == null || tries <= PAUSES.size(); tries++) {
      try {
        return sendOnce(opening.open(), mediaType, key, bytes, type);
      } catch (IOException e) {
        broke = e;
      } catch (BerthException e) {
        // After a break it matters no more that nobody listens now: it may have been done.
        if (broke == null || !(e.getCause() instanceof ConnectException none)) {
          throw e;
        }
        broke = none;
      }
      if (tries < PAUSES.size()) {
        LockSupport.parkNanos(PAUSES.get(tries).toNanos());
      }
    }
    throw new BerthException(
        new Problem(
            ProblemCode.UNAVAILABLE,
            "the controller at " + base + " broke off before it answered: " + broke.getMessage(),
            "see whether it was done: berth operation ls"),
        broke);
  }

  private <T> T sendOnce(
      HttpURLConnection connection, String mediaType, String key, byte[] bytes, Class<T> type)
      throws IOException {
    connection.setRequestProperty("Content-Type", mediaType);
    connection.setRequestProperty("Idempotency-Key", key);
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(bytes.length);
    try (var out = connection.getOutputStream()) {
      out.write(bytes);
    } catch (IOException e) {
      // A refusal may come before the whole body was taken: its answer says more than the break.
      throw refusedOr(connection, e);
    }
    return answer(connection, type);
  }

  /** A request whose body is written as it comes; the answer is read by {@link #answer}. */
  HttpURLConnection upload(String path, long length) throws IOException {
    var connection = open("POST", path);
    connection.setRequestProperty("Content-Type", "application/octet-stream");
    connection.setDoOutput(true);
    if (length < 0) {
      connection.setChunkedStreamingMode(16 * 1024);
    } else {
      connection.setFixedLengthStreamingMode(length);
    }
    return connection;
  }

  /** Where the body of an upload goes. */
  OutputStream body(HttpURLConnection connection) throws IOException {
    try {
      return connection.getOutputStream();
    } catch (ConnectException e) {
      throw unreachable(e);
    }
  }

  /**
   * An answer that goes on.
   *
   * @param silent whether it may say nothing for any length of time, as a program's output may;
   *     server-sent events have their keep-alive comments
   */
  InputStream stream(String path, String accept, Optional<String> lastEventId, boolean silent)
      throws IOException {
    var connection = open("GET", path);
    connection.setReadTimeout(silent ? 0 : SILENCE_MILLIS);
    connection.setRequestProperty("Accept", accept);
    lastEventId.ifPresent(id -> connection.setRequestProperty("Last-Event-ID", id));
    if (status(connection) >= 400) {
      throw problem(connection);
    }
    return connection.getInputStream();
  }

  /** Bytes from a place on. A connection that breaks gives {@code UNAVAILABLE}. */
  InputStream bytes(String path, long from) throws IOException {
    var connection = open("GET", path);
    connection.setRequestProperty("Accept", "application/octet-stream");
    connection.setRequestProperty("Range", "bytes=" + from + "-");
    int status;
    try {
      status = connection.getResponseCode();
    } catch (IOException e) {
      throw unreachable(e);
    }
    if (status >= 400) {
      throw problem(connection);
    }
    var in = connection.getInputStream();
    if (status != HttpURLConnection.HTTP_PARTIAL) {
      in.skipNBytes(from);
    }
    return in;
  }

  /** A WebSocket to a path. */
  WebSocketConnection webSocket(String path) throws IOException {
    try {
      return WebSocketConnection.open(
          base.resolve(PREFIX + path), (status, body) -> refusal(base + path, status, body));
    } catch (ConnectException e) {
      throw unreachable(e);
    }
  }

  <T> T answer(HttpURLConnection connection, Class<T> type) throws IOException {
    if (status(connection) >= 400) {
      throw problem(connection);
    }
    try (var in = connection.getInputStream()) {
      var bytes = in.readAllBytes();
      return bytes.length == 0 ? null : Wire.read(bytes, type);
    }
  }

  /** A path segment or query value, encoded. */
  static String encode(Object value) {
    return URLEncoder.encode(value.toString(), StandardCharsets.UTF_8).replace("+", "%20");
  }

  private HttpURLConnection open(String method, String path) throws IOException {
    var url = base.resolve(PREFIX + path).toURL();
    var connection = (HttpURLConnection) url.openConnection();
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(SILENCE_MILLIS);
    connection.setRequestMethod(method);
    connection.setRequestProperty("Accept", "application/json");
    connection.setInstanceFollowRedirects(false);
    return connection;
  }

  /** What a break while writing means: no controller, the refusal that came early, or the break. */
  private RuntimeException refusedOr(HttpURLConnection connection, IOException failure)
      throws IOException {
    if (failure instanceof ConnectException) {
      return unreachable(failure);
    }
    if (connection.getResponseCode() >= 400) {
      return problem(connection);
    }
    throw failure;
  }

  private int status(HttpURLConnection connection) throws IOException {
    try {
      return connection.getResponseCode();
    } catch (ConnectException e) {
      throw unreachable(e);
    }
  }

  private BerthException unreachable(IOException cause) {
    return new BerthException(
        new Problem(
            ProblemCode.UNAVAILABLE,
            "no controller answers at " + base,
            "start one with 'berth lab up', or name it by --controller or BERTH_CONTROLLER"),
        cause);
  }

  private static BerthException problem(HttpURLConnection connection) throws IOException {
    var bytes = new byte[0];
    try (var in = connection.getErrorStream()) {
      bytes = in == null ? bytes : in.readNBytes(1 << 20);
    }
    return refusal(connection.getURL().toString(), connection.getResponseCode(), bytes);
  }

  private static BerthException refusal(String url, int status, byte[] body) {
    try {
      return new BerthException(problem(Wire.read(body, JsonNode.class), status));
    } catch (BerthException e) {
      return new BerthException(
          new Problem(ProblemCode.INTERNAL, url + " answered " + status + " without saying why"),
          e);
    }
  }

  private static Problem problem(JsonNode details, int status) {
    var log = new ArrayList<String>();
    details.path("log").forEach(line -> log.add(line.asText()));
    return new Problem(
        code(details.path("code").asText()),
        details.path("detail").asText(details.path("title").asText("status " + status)),
        Optional.ofNullable(details.path("remedy").asText(null)),
        log);
  }

  private static ProblemCode code(String name) {
    for (var code : ProblemCode.values()) {
      if (code.name().equals(name)) {
        return code;
      }
    }
    return ProblemCode.INTERNAL;
  }
}
