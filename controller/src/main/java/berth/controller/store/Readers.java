package berth.controller.store;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A few threads that read, with a connection for each. */
final class Readers {
  private static final int THREADS = 3;
  private static final int MOST_WAITING = 20_000;

  private final BlockingQueue<Transaction> idle = new ArrayBlockingQueue<>(THREADS);
  private final ThreadPoolExecutor threads;
  private final Context context;

  Readers(Path file, Context context) {
    this.context = context;
    for (var i = 0; i < THREADS; i++) {
      idle.add(Connections.reading(file));
    }
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().name("database-reader-", 1).factory());
  }

  <T> Future<T> read(Work<T> work) {
    var promise = Promise.<T>promise();
    try {
      threads.execute(() -> read(work, promise));
    } catch (RejectedExecutionException e) {
      promise.fail(
          new BerthException(
              ProblemCode.UNAVAILABLE,
              "more reads wait than the database can take",
              "try again in a moment"));
    }
    return promise.future();
  }

  /** Blocks until the reads that were asked for have ended. */
  void close() {
    threads.close();
    idle.forEach(Transaction::close);
  }

  private <T> void read(Work<T> work, Promise<T> promise) {
    var transaction = idle.remove();
    try {
      var result = inTransaction(transaction, work);
      context.runOnContext(_ -> promise.complete(result));
    } catch (RuntimeException | Error e) {
      context.runOnContext(_ -> promise.fail(e));
    } finally {
      idle.add(transaction);
    }
  }

  private static <T> T inTransaction(Transaction transaction, Work<T> work) {
    transaction.begin();
    try {
      return work.with(transaction);
    } finally {
      transaction.rollback();
    }
  }
}
