package berth.controller.api;

import berth.controller.api.TerminalRoutes.TerminalControl;
import berth.controller.api.TerminalRoutes.TerminalNotice;
import berth.controller.api.http.JsonBody;
import berth.controller.model.OperationView;
import berth.controller.operation.InputWriter;
import berth.controller.operation.OutputReader;
import berth.controller.operation.ProcessStreams;
import berth.controller.operation.ProcessStreams.Attachment;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.Wire;
import berth.protocol.stream.Output.OutputChunk;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * A terminal as a WebSocket: bytes in binary frames both ways, JSON in text frames. It goes at the
 * pace of the slower end: a piece of output counts as taken only while TCP takes more, and nothing
 * more is read from the client before the program's host has room for what came.
 */
final class TerminalSocket implements OutputReader {
  private static final short NORMAL = 1000;
  private static final short POLICY = 1008;
  private static final int REASON_BYTES = 120;
  private static final long BEAT_MILLIS = Duration.ofSeconds(20).toMillis();
  private static final int MOST_UNANSWERED = 3;

  private final HttpServerRequest request;
  private final Context context = Vertx.currentContext();
  private final Promise<ServerWebSocket> socket = Promise.promise();
  private final Queue<Promise<Void>> full = new ArrayDeque<>();
  private boolean ended;
  private boolean gone;
  private int unanswered;

  TerminalSocket(HttpServerRequest request) {
    this.request = request;
  }

  /** Attaches to the program; fails before anything is written where that can't be done. */
  Future<Void> serve(ProcessStreams streams, OperationId id) {
    return streams
        .input(id)
        .compose(writer ->
            streams
                .attach(id, this)
                .onFailure(_ -> writer.release())
                .compose(attachment -> upgrade(writer, attachment)));
  }

  private Future<Void> upgrade(InputWriter writer, Attachment attachment) {
    var upgraded = Promise.<ServerWebSocket>promise();
    context.runOnContext(_ -> request.toWebSocket().onComplete(upgraded));
    return upgraded
        .future()
        .onSuccess(opened -> listen(opened, writer, attachment))
        .onFailure(failure -> {
          writer.release();
          attachment.lost();
        })
        .onComplete(socket)
        .mapEmpty();
  }

  private void listen(ServerWebSocket opened, InputWriter writer, Attachment attachment) {
    opened.drainHandler(_ -> drained(opened));
    opened.binaryMessageHandler(bytes -> input(opened, writer, bytes));
    opened.textMessageHandler(text -> control(opened, writer, text));
    opened.pongHandler(_ -> unanswered = 0);
    var beat = context.owner().setPeriodic(BEAT_MILLIS, _ -> beat(opened));
    opened.closeHandler(_ -> {
      context.owner().cancelTimer(beat);
      closed(opened, writer, attachment);
    });
  }

  private void closed(ServerWebSocket opened, InputWriter writer, Attachment attachment) {
    gone = true;
    full.forEach(room -> room.tryFail("the client went away"));
    full.clear();
    writer.release();
    if (!ended) {
      var status = opened.closeStatusCode();
      if (status != null && status == NORMAL) {
        attachment.detach();
      } else {
        attachment.lost();
      }
    }
  }

  /** A peer that is gone without a word is found out, one that only does not read is not. */
  private void beat(ServerWebSocket opened) {
    if (opened.writeQueueFull()) {
      return;
    }
    if (unanswered == MOST_UNANSWERED) {
      request.connection().close();
      return;
    }
    unanswered++;
    opened.writePing(Buffer.buffer());
  }

  private void input(ServerWebSocket opened, InputWriter writer, Buffer bytes) {
    opened.pause();
    writer
        .write(Bytes.of(bytes.getBytes()))
        .onComplete(_ -> context.runOnContext(_ -> opened.resume()));
  }

  private void control(ServerWebSocket opened, InputWriter writer, String text) {
    try {
      var control = JsonBody.read(text.getBytes(StandardCharsets.UTF_8), TerminalControl.class);
      control.resize().ifPresent(writer::resize);
      control.signal().ifPresent(writer::signal);
    } catch (BerthException e) {
      opened.close(POLICY, brief(e.problem().message()));
    }
  }

  @Override
  public Future<Void> chunk(OutputChunk chunk) {
    var room = Promise.<Void>promise();
    socket
        .future()
        .onSuccess(opened -> context.runOnContext(_ -> write(opened, chunk.data(), room)))
        .onFailure(room::tryFail);
    return room.future();
  }

  private void write(ServerWebSocket opened, Bytes data, Promise<Void> room) {
    if (gone) {
      room.tryFail("the client went away");
      return;
    }
    opened.writeBinaryMessage(Buffer.buffer(data.array())).onFailure(room::tryFail);
    if (opened.writeQueueFull()) {
      full.add(room);
    } else {
      room.tryComplete();
    }
  }

  private void drained(ServerWebSocket opened) {
    while (!full.isEmpty() && !opened.writeQueueFull()) {
      full.remove().tryComplete();
    }
  }

  @Override
  public void missed(long bytes) {
    say(new TerminalNotice(bytes), false);
  }

  @Override
  public void end(OperationView view) {
    say(new OutputLines.Ending(view, Optional.empty()), true);
  }

  @Override
  public void broken(Problem problem, OperationView view) {
    say(new OutputLines.Ending(view, Optional.of(problem)), true);
  }

  private void say(Object message, boolean last) {
    var text = new String(Wire.write(message), StandardCharsets.UTF_8);
    socket
        .future()
        .onSuccess(opened ->
            context.runOnContext(_ -> {
              if (gone) {
                return;
              }
              ended = ended || last;
              var written = opened.writeTextMessage(text);
              if (last) {
                written.onComplete(_ -> opened.close(NORMAL, "the program has ended"));
              }
            }));
  }

  /** A reason has room for 123 bytes (RFC 6455, section 5.5). */
  private static String brief(String reason) {
    var ascii = reason.replaceAll("[^ -~]", "?");
    return ascii.length() <= REASON_BYTES ? ascii : ascii.substring(0, REASON_BYTES);
  }
}
