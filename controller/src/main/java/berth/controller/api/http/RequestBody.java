package berth.controller.api.http;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * The body of a request, read only as fast as it is taken. Made while the request is being routed,
 * because from then on the body waits.
 */
public final class RequestBody {
  /** The most bytes that a JSON body may have. */
  public static final int MAX_JSON_BYTES = 1024 * 1024;

  /** How much of an unwanted body is thrown away, so that its client gets to read the answer. */
  private static final long MAX_DISCARDED_BYTES = 256L * 1024 * 1024;

  private final HttpServerRequest request;
  private final Context context = Vertx.currentContext();
  private final Promise<Void> ended = Promise.promise();

  /** Whether the client sends nothing before it is told to go on (RFC 9110, section 10.1.1). */
  private boolean waiting;

  RequestBody(HttpServerRequest request) {
    this.request = request;
    waiting = "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
    request.pause();
    request.exceptionHandler(ended::tryFail);
    request.endHandler(_ -> ended.tryComplete());
  }

  /** Whether the request says that it has one. */
  boolean isPresent() {
    return announced().orElse(0) > 0 || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  /** The number of bytes that the request says it has. */
  public OptionalLong announced() {
    var length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(length));
  }

  /** The whole of it; {@code TOO_LARGE} as soon as it is more than {@code most} bytes. */
  Future<Buffer> whole(int most) {
    if (announced().orElse(0) > most) {
      return Future.failedFuture(tooLarge(most));
    }
    var body = Buffer.buffer();
    return eachPiece(piece ->
            body.length() + piece.length() > most
                ? Future.failedFuture(tooLarge(most))
                : Future.succeededFuture(body.appendBuffer(piece)))
        .map(body);
  }

  /**
   * Hands it over piece by piece, each when the one before was taken, on whatever thread. Fails
   * where a piece is not taken, or where the client goes away before the end.
   */
  public Future<Void> eachPiece(Function<Buffer, Future<?>> taker) {
    var done = Promise.<Void>promise();
    ended.future().onComplete(done::tryComplete, done::tryFail);
    context.runOnContext(_ -> {
      request.handler(piece -> take(piece, taker, done));
      if (waiting) {
        waiting = false;
        request.response().writeContinue();
      }
      request.fetch(1);
    });
    return done.future();
  }

  private void take(Buffer piece, Function<Buffer, Future<?>> taker, Promise<Void> done) {
    Future.succeededFuture()
        .compose(_ -> taker.apply(piece))
        .onSuccess(_ -> context.runOnContext(_ -> request.fetch(1)))
        .onFailure(done::tryFail);
  }

  /**
   * Throws away what is still to come. Hangs up where that is without end, or where the client was
   * not told to send it and may not do so.
   */
  void discard() {
    if (ended.future().isComplete()) {
      return;
    }
    if (waiting) {
      request.connection().close();
      return;
    }
    var left = new long[] {MAX_DISCARDED_BYTES};
    request.handler(piece -> {
      left[0] -= piece.length();
      if (left[0] < 0) {
        request.connection().close();
      }
    });
    request.resume();
  }

  private static BerthException tooLarge(int most) {
    return new BerthException(
        new Problem(ProblemCode.TOO_LARGE, "the body is more than " + most + " bytes"));
  }
}
