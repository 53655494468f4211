package berth.controller;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was opened, to be closed from the last to the first. A part that fails to close or takes too
 * long is logged, and does not keep the others from it.
 */
final class Closing {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  private record Part(String name, Supplier<Future<Void>> close) {}

  private final Deque<Part> parts = new ArrayDeque<>();

  /** Remembers how to close something. */
  void add(String name, Supplier<Future<Void>> close) {
    parts.push(new Part(name, close));
  }

  /** Closes everything, each part within its share of what is left of the time. Blocks. */
  void run(Duration most) {
    var end = System.nanoTime() + most.toNanos();
    while (!parts.isEmpty()) {
      var part = parts.pop();
      // Half of the rest: whatever hangs, those behind it still have their chance.
      var share = Math.max(0, (end - System.nanoTime()) / (parts.isEmpty() ? 1 : 2));
      try {
        Blocking.await(part.close().get(), Duration.ofNanos(share));
      } catch (RuntimeException e) {
        LOG.warn("{} did not close in good order", part.name(), e);
      }
    }
  }
}
