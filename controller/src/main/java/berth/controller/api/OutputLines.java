package berth.controller.api;

import berth.controller.model.OperationView;
import berth.controller.operation.OutputReader;
import berth.controller.operation.ProcessStreams;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.Wire;
import berth.protocol.stream.Output.OutputChunk;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * A program's output as lines of JSON (NDJSON): a chunk each, then one line with the end. It comes
 * at the pace of the client, because a chunk counts as taken only while TCP takes more; a client
 * that goes away ends the program.
 */
final class OutputLines implements OutputReader {
  private final HttpServerResponse response;
  private final Context context = Vertx.currentContext();
  private final Queue<Promise<Void>> full = new ArrayDeque<>();
  private final Promise<Void> gone = Promise.promise();
  private boolean ended;

  OutputLines(HttpServerResponse response) {
    this.response = response;
  }

  /**
   * The last line.
   *
   * @param broken why output is missing before it, where some is
   */
  record Ending(OperationView end, Optional<Problem> broken) {}

  /** Attaches to the program; fails before anything is written where that can't be done. */
  Future<Void> send(ProcessStreams streams, OperationId id) {
    response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, HttpApi.LINES);
    response.drainHandler(_ -> drained());
    response.closeHandler(_ -> closed());
    return streams.attach(id, this).onSuccess(this::attached).mapEmpty();
  }

  private void closed() {
    full.forEach(room -> room.tryFail("the client went away"));
    full.clear();
    if (!ended) {
      gone.tryComplete();
    }
  }

  private void attached(ProcessStreams.Attachment attachment) {
    gone.future().onSuccess(_ -> attachment.detach());
    context.runOnContext(_ -> beginIfSilent());
  }

  private void beginIfSilent() {
    if (!response.headWritten() && !response.closed()) {
      response.writeHead();
    }
  }

  @Override
  public Future<Void> chunk(OutputChunk chunk) {
    var line = line(chunk);
    var room = Promise.<Void>promise();
    context.runOnContext(_ -> write(line, room));
    return room.future();
  }

  private void write(Buffer line, Promise<Void> room) {
    response.write(line).onFailure(room::tryFail);
    if (response.writeQueueFull()) {
      full.add(room);
    } else {
      room.tryComplete();
    }
  }

  private void drained() {
    while (!full.isEmpty() && !response.writeQueueFull()) {
      full.remove().tryComplete();
    }
  }

  @Override
  public void end(OperationView view) {
    end(new Ending(view, Optional.empty()));
  }

  @Override
  public void broken(Problem problem, OperationView view) {
    end(new Ending(view, Optional.of(problem)));
  }

  private void end(Ending ending) {
    var line = line(ending);
    context.runOnContext(_ -> {
      ended = true;
      response.end(line);
    });
  }

  private static Buffer line(Object value) {
    return Buffer.buffer(Wire.write(value)).appendByte((byte) '\n');
  }
}
