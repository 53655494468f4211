package berth.controller.store;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The one thread that writes. What waits when it is free goes into one transaction, each piece of
 * work behind a savepoint of its own: one that throws takes back only what it wrote itself.
 */
final class Writer {
  private static final int MOST_WAITING = 20_000;
  private static final int MOST_TOGETHER = 500;

  private final BlockingQueue<Waiting<?>> queue = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Promise<Void> closed = Promise.promise();
  private final Transaction transaction;
  private final Context context;
  private volatile boolean closing;

  Writer(Transaction transaction, Context context) {
    this.transaction = transaction;
    this.context = context;
    Thread.ofPlatform().name("database-writer").start(this::run);
  }

  synchronized <T> Future<T> write(Work<T> work) {
    var waiting = new Waiting<>(work);
    if (closing) {
      return Future.failedFuture(unavailable("the controller is ending"));
    }
    if (!queue.offer(waiting)) {
      return Future.failedFuture(unavailable("more writes wait than the database can take"));
    }
    return waiting.promise.future();
  }

  /**
   * Done when all that was asked for before is written and the connection is closed. Nothing can be
   * asked for between the two, where nobody would take it.
   */
  synchronized Future<Void> close() {
    if (!closing) {
      closing = true;
      // Wakes the thread; where the queue is full it is awake.
      var _ = queue.offer(new Waiting<>(_ -> null));
    }
    return closed.future();
  }

  private void run() {
    var batch = new ArrayList<Waiting<?>>();
    while (!(closing && queue.isEmpty())) {
      try {
        batch.add(queue.take());
        queue.drainTo(batch, MOST_TOGETHER - 1);
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts this thread", e);
      }
      write(batch);
      batch.clear();
    }
    transaction.close();
    context.runOnContext(_ -> closed.complete());
  }

  private void write(List<Waiting<?>> batch) {
    var together = List.copyOf(batch);
    try {
      transaction.begin();
      together.forEach(waiting -> waiting.run(transaction));
      transaction.commit();
      context.runOnContext(_ -> together.forEach(Waiting::settle));
    } catch (Transaction.LostException e) {
      fail(together, e.getCause());
    } catch (RuntimeException | Error e) {
      undo(e);
      fail(together, e);
    }
  }

  private void fail(List<Waiting<?>> together, Throwable failure) {
    context.runOnContext(_ -> together.forEach(waiting -> waiting.promise.fail(failure)));
  }

  private void undo(Throwable failure) {
    try {
      transaction.rollback();
    } catch (RuntimeException e) {
      // It may not have begun, or a full disk may have ended it: then there is nothing to take
      // back.
      failure.addSuppressed(e);
    }
  }

  private static BerthException unavailable(String message) {
    return new BerthException(ProblemCode.UNAVAILABLE, message, "try again in a moment");
  }

  /** A piece of work, and what came of it once it ran. */
  private static final class Waiting<T> {
    private final Work<T> work;
    private final Promise<T> promise = Promise.promise();
    private T result;
    private Throwable failure;

    Waiting(Work<T> work) {
      this.work = work;
    }

    void run(Transaction transaction) {
      try {
        result = transaction.nested(work);
      } catch (Transaction.LostException e) {
        throw e;
      } catch (RuntimeException | Error e) {
        failure = e;
      }
    }

    void settle() {
      if (failure == null) {
        promise.complete(result);
      } else {
        promise.fail(failure);
      }
    }
  }
}
