package berth.controller.cli;

import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Several journals as one, in the order of their entries' times. One that is followed may always
 * have an earlier entry under way: an entry waits a moment for those, and is then let through.
 */
final class LogMerge {
  /** Takes an entry and whose it is. */
  @FunctionalInterface
  interface Sink {
    void entry(ContainerRef container, JsonNode entry) throws IOException;
  }

  private static final int MOST_WAITING = 1000;
  private static final Duration HOLD = Duration.ofMillis(500);

  /** How long the first entries of a journal are waited for. */
  private static final Duration HOLD_AT_FIRST = Duration.ofSeconds(5);

  private final Invocation invocation;
  private final boolean follow;
  private final List<Lane> lanes = new ArrayList<>();
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int status = ExitCode.DONE;

  /**
   * @param follow whether the journals have no end, so that nothing can be waited for
   */
  LogMerge(Invocation invocation, boolean follow) {
    this.invocation = invocation;
    this.follow = follow;
  }

  /** Adds a journal and begins to read it. */
  void add(ContainerRef container, LogStream stream) {
    var lane = new Lane(container);
    lanes.add(lane);
    Thread.ofPlatform().daemon().name("logs-" + container).start(() -> read(lane, stream));
  }

  /** Hands all on to the end and answers the status of the first journal that failed. */
  int run(Sink sink) throws IOException, InterruptedException {
    for (var next = next(); next.isPresent(); next = next()) {
      sink.entry(next.get().container(), next.get().entry());
    }
    return status;
  }

  private void read(Lane lane, LogStream stream) {
    var ended = ExitCode.DONE;
    try {
      ended = stream.read(lane::put);
    } catch (BerthException e) {
      Problems.print(invocation.terminal(), "logs " + lane.container, e.problem());
      ended = ExitCode.of(e.problem());
    } catch (IOException e) {
      invocation.terminal().err().println("logs " + lane.container + ": " + e);
      ended = ExitCode.BERTH;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lane.end(ended);
  }

  private Optional<Waiting> next() throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        var first =
            lanes.stream()
                .filter(lane -> !lane.waiting.isEmpty())
                .min(Comparator.comparingLong(lane -> lane.waiting.peek().micros()));
        if (first.isEmpty() && lanes.stream().allMatch(lane -> lane.ended)) {
          return Optional.empty();
        }
        var hold = first.map(lane -> hold(lane.waiting.peek())).orElse(Long.MAX_VALUE);
        if (hold <= 0) {
          changed.signalAll();
          return Optional.of(first.get().waiting.remove());
        }
        var _ = changed.await(hold, TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many nanoseconds an entry still waits for earlier ones of the other journals. */
  private long hold(Waiting entry) {
    var silent = lanes.stream().filter(lane -> !lane.ended && lane.waiting.isEmpty()).toList();
    if (silent.isEmpty()) {
      return 0;
    }
    if (!follow) {
      return Long.MAX_VALUE;
    }
    var limit = silent.stream().allMatch(lane -> lane.begun) ? HOLD : HOLD_AT_FIRST;
    return limit.toNanos() - (System.nanoTime() - entry.arrived());
  }

  private record Waiting(ContainerRef container, JsonNode entry, long micros, long arrived) {}

  /** One journal: what came of it and was not handed on yet. */
  private final class Lane {
    private final ContainerRef container;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private boolean begun;
    private boolean ended;

    Lane(ContainerRef container) {
      this.container = container;
    }

    void put(JsonNode entry) {
      var micros = entry.path("__REALTIME_TIMESTAMP").asLong();
      lock.lock();
      try {
        while (waiting.size() >= MOST_WAITING) {
          changed.awaitUninterruptibly();
        }
        waiting.add(new Waiting(container, entry, micros, System.nanoTime()));
        begun = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    void end(int how) {
      lock.lock();
      try {
        ended = true;
        status = status == ExitCode.DONE ? how : status;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
