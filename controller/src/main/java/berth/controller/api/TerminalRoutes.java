package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.operation.ProcessStreams;
import berth.protocol.BerthException;
import berth.protocol.OperationId;
import berth.protocol.ProblemCode;
import berth.protocol.Signal;
import berth.protocol.WindowSize;
import io.vertx.core.Future;
import java.util.Optional;

/** The terminals of programs, each as a WebSocket (RFC 6455). */
final class TerminalRoutes {
  private final ProcessStreams streams;

  TerminalRoutes(ProcessStreams streams) {
    this.streams = streams;
  }

  /** What a client says in a text frame. */
  record TerminalControl(Optional<WindowSize> resize, Optional<Signal> signal) {}

  /**
   * What is said in text frames before the last one, which is an {@link OutputLines.Ending}.
   *
   * @param missed how many bytes were written while nobody was attached, and are gone
   */
  record TerminalNotice(long missed) {}

  Future<Answer> open(Request request) {
    var id = request.path("id", OperationId::of);
    if (!request.header("Upgrade").orElse("").equalsIgnoreCase("websocket")) {
      throw new BerthException(
          ProblemCode.INVALID,
          "a terminal is a WebSocket",
          "upgrade to websocket (RFC 6455), as 'berth shell' does");
    }
    refuseForeignOrigin(request);
    return Future.succeededFuture(asked -> new TerminalSocket(asked).serve(streams, id));
  }

  /** A browser opens a WebSocket to anywhere for any page, and only says here whose it is. */
  private static void refuseForeignOrigin(Request request) {
    var origin = request.header("Origin");
    var own = request.authority();
    if (origin.isPresent()
        && !origin.get().equals("http://" + own)
        && !origin.get().equals("https://" + own)) {
      throw new BerthException(
          ProblemCode.DENIED, "a page of another origin may not open a terminal");
    }
  }
}
