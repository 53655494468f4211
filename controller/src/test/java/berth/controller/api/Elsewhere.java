package berth.controller.api;

import io.vertx.core.Future;
import java.util.concurrent.CompletableFuture;

/** Completes futures as the core does: later, and on a thread that is not the API's. */
final class Elsewhere {
  private Elsewhere() {}

  static <T> Future<T> done(T value) {
    return Future.fromCompletionStage(CompletableFuture.supplyAsync(() -> value));
  }
}
