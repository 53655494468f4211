package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.operation.InputWriter;
import berth.controller.operation.ProcessStreams;
import berth.protocol.Bytes;
import berth.protocol.OperationId;
import io.vertx.core.Future;
import java.util.Map;

/** The output and input of running programs. */
final class ProcessRoutes {
  private final ProcessStreams streams;

  ProcessRoutes(ProcessStreams streams) {
    this.streams = streams;
  }

  Future<Answer> output(Request request) {
    var id = request.path("id", OperationId::of);
    return Future.succeededFuture(asked -> new OutputLines(asked.response()).send(streams, id));
  }

  /**
   * The body goes to the program as fast as it reads; the end of the body is its end of input. One
   * that breaks off ends the program, which would wait for the rest for ever.
   */
  Future<Answer> input(Request request) {
    return streams
        .input(request.path("id", OperationId::of))
        .compose(writer -> copy(request, writer).onFailure(_ -> writer.broken()))
        .map(_ -> Answer.empty(204, Map.of()));
  }

  private static Future<Void> copy(Request request, InputWriter writer) {
    return request
        .bytes()
        .eachPiece(piece -> writer.write(Bytes.of(piece.getBytes())))
        .compose(_ -> writer.end());
  }
}
