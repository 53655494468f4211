package berth.controller.api.http;

import static io.vertx.core.http.HttpHeaders.CONTENT_LENGTH;
import static io.vertx.core.http.HttpHeaders.CONTENT_TYPE;

import berth.protocol.Wire;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Path;
import java.util.Map;

/** What a request is answered with, whole or as a stream. */
@FunctionalInterface
public interface Answer {
  /** Writes status, headers and body, and ends the response, now or when it is over. */
  Future<Void> send(HttpServerRequest request);

  /** 200 with a record as JSON. */
  static Answer json(Object body) {
    return json(200, Map.of(), body);
  }

  /** A record as JSON with another status and more headers. */
  static Answer json(int status, Map<String, String> headers, Object body) {
    return bytes(status, Route.JSON, headers, Buffer.buffer(Wire.write(body)));
  }

  /** 200 with bytes as they are. */
  static Answer bytes(String mediaType, byte[] body) {
    return bytes(200, mediaType, Map.of(), Buffer.buffer(body));
  }

  /** Bytes as they are with another status and more headers. */
  static Answer bytes(int status, String mediaType, Map<String, String> headers, Buffer body) {
    return request -> {
      var response = head(request, status, headers).putHeader(CONTENT_TYPE, mediaType);
      response.putHeader(CONTENT_LENGTH, Integer.toString(body.length()));
      return isHead(request) ? response.end() : response.end(body);
    };
  }

  /** A range of a file's bytes. */
  static Answer file(int status, Map<String, String> headers, Path file, ByteRange range) {
    return request -> {
      var response = head(request, status, headers).putHeader(CONTENT_TYPE, Route.BYTES);
      response.putHeader(CONTENT_LENGTH, Long.toString(range.length()));
      return isHead(request) || range.length() == 0
          ? response.end()
          : response.sendFile(file.toString(), range.first(), range.length());
    };
  }

  /** A status and headers without a body. */
  static Answer empty(int status, Map<String, String> headers) {
    return request -> head(request, status, headers).end();
  }

  private static HttpServerResponse head(
      HttpServerRequest request, int status, Map<String, String> headers) {
    var response = request.response().setStatusCode(status);
    headers.forEach(response::putHeader);
    return response;
  }

  private static boolean isHead(HttpServerRequest request) {
    return request.method().equals(HttpMethod.HEAD);
  }
}
