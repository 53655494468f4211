package berth.controller.api;

import berth.controller.operation.InputWriter;
import berth.controller.operation.OutputReader;
import berth.controller.operation.ProcessStreams;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.OperationId;
import berth.protocol.ProblemCode;
import berth.protocol.Signal;
import berth.protocol.WindowSize;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** One program, whose output the test writes and whose input the test takes. */
final class FakeStreams implements ProcessStreams {
  final OperationId id = OperationId.next();
  final CompletableFuture<OutputReader> reader = new CompletableFuture<>();
  final CompletableFuture<Void> detached = new CompletableFuture<>();
  final CompletableFuture<Void> lost = new CompletableFuture<>();
  final List<Object> controls = new CopyOnWriteArrayList<>();
  final CompletableFuture<Void> inputEnded = new CompletableFuture<>();
  final CompletableFuture<Void> inputBroken = new CompletableFuture<>();
  final ByteArrayOutputStream input = new ByteArrayOutputStream();
  final AtomicLong offered = new AtomicLong();

  /** Done when the program reads on; a test may hold it back. */
  volatile Future<Void> appetite = Future.succeededFuture();

  @Override
  public Future<Attachment> attach(OperationId asked, OutputReader wanted) {
    if (!asked.equals(id)) {
      return unknown(asked);
    }
    reader.complete(wanted);
    return Elsewhere.done(
        new Attachment() {
          @Override
          public void detach() {
            detached.complete(null);
          }

          @Override
          public void lost() {
            lost.complete(null);
            detached.complete(null);
          }
        });
  }

  @Override
  public Future<InputWriter> input(OperationId asked) {
    return asked.equals(id) ? Elsewhere.done(new Writer()) : unknown(asked);
  }

  private static <T> Future<T> unknown(OperationId asked) {
    return Future.failedFuture(
        new BerthException(ProblemCode.NOT_FOUND, "there is no operation " + asked));
  }

  private final class Writer implements InputWriter {
    @Override
    public Future<Void> write(Bytes data) {
      offered.addAndGet(data.length());
      var taken = Promise.<Void>promise();
      appetite.onComplete(
          _ -> {
            synchronized (input) {
              input.writeBytes(data.array());
            }
            taken.complete();
          },
          taken::fail);
      return taken.future();
    }

    @Override
    public Future<Void> end() {
      inputEnded.complete(null);
      return Future.succeededFuture();
    }

    @Override
    public void broken() {
      inputBroken.complete(null);
    }

    @Override
    public void resize(WindowSize size) {
      controls.add(size);
    }

    @Override
    public void signal(Signal signal) {
      controls.add(signal);
    }

    @Override
    public void release() {
      controls.add("released");
    }
  }
}
