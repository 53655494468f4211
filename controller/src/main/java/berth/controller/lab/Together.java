package berth.controller.lab;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Does one thing to several at once. */
final class Together {
  private Together() {}

  /** Returns when all are done; throws the first failure then, with the others as suppressed. */
  static <T> void all(List<T> things, Consumer<T> step) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running =
          things.stream()
              .map(thing -> CompletableFuture.runAsync(() -> step.accept(thing), threads))
              .toList();
      RuntimeException first = null;
      for (var each : running) {
        try {
          each.join();
        } catch (CompletionException e) {
          var failure = e.getCause() instanceof RuntimeException known ? known : e;
          if (first == null) {
            first = failure;
          } else {
            first.addSuppressed(failure);
          }
        }
      }
      if (first != null) {
        throw first;
      }
    }
  }
}
