package berth.controller.api.http;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** A request that fits its route; what is read from it is checked while it is read. */
public final class Request {
  private final RoutingContext context;
  private final String mediaType;
  private final RequestBody body;
  private final Buffer json;

  Request(RoutingContext context, String mediaType, RequestBody body, Buffer json) {
    this.context = context;
    this.mediaType = mediaType;
    this.body = body;
    this.json = json;
  }

  /** A parameter of the path. */
  public <T> T path(String name, Function<String, T> reading) {
    return checked(() -> reading.apply(context.pathParam(name)));
  }

  /** A query parameter, where it is given. */
  public <T> Optional<T> query(String name, Function<String, T> reading) {
    var given = context.queryParam(name);
    if (given.size() > 1) {
      throw new BerthException(ProblemCode.INVALID, "the parameter " + name + " is given twice");
    }
    return given.stream().findFirst().map(value -> checked(() -> reading.apply(value)));
  }

  /** A whole number in the query, within bounds. */
  public Optional<Long> number(String name, long least, long most) {
    return query(name, text -> number(name, text, least, most));
  }

  /** A yes or no in the query; no where it is not given. */
  public boolean flag(String name) {
    return query(
            name,
            text ->
                switch (text) {
                  case "true" -> true;
                  case "false" -> false;
                  default ->
                      throw new IllegalArgumentException(
                          "bad " + name + " \"" + text + "\": true or false");
                })
        .orElse(false);
  }

  /** A header, where it is given. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(request().getHeader(name));
  }

  /** The JSON body as a record, made into something better by {@code then}. */
  public <B, T> T body(Class<B> type, Function<B, T> then) {
    var read = JsonBody.read(json.length() == 0 ? new byte[] {'{', '}'} : json.getBytes(), type);
    return checked(() -> then.apply(read));
  }

  /** The body as bytes, for a route that takes them. */
  public RequestBody bytes() {
    return body;
  }

  /** The media type that the client likes best of those that the route produces. */
  public String mediaType() {
    return mediaType;
  }

  /** Host and port by which the client reached this server. */
  public String authority() {
    return request().authority() == null
        ? request().localAddress().toString()
        : request().authority().toString();
  }

  private HttpServerRequest request() {
    return context.request();
  }

  private static long number(String name, String text, long least, long most) {
    try {
      var number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // told below
    }
    throw new IllegalArgumentException(
        "bad %s \"%s\": a whole number from %d to %d".formatted(name, text, least, most));
  }

  /** Makes a value of what was read; one that its type refuses is {@code INVALID}. */
  public static <T> T checked(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw new BerthException(new Problem(ProblemCode.INVALID, e.getMessage()), e);
    }
  }
}
