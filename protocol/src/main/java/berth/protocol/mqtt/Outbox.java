package berth.protocol.mqtt;

import berth.protocol.mqtt.OutboxStore.Stored;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what must not get lost: each message stays in the store until the broker acknowledged it,
 * and is sent again, unchanged, after every reconnect and restart until then.
 *
 * <p>Messages go out in the order of the store, save one that the broker turned away for a while
 * (over quota): those behind it may overtake. Only a window of them is held in memory. Whatever is
 * refused for good or expires is reported and then removed, so that it cannot block the others.
 */
public final class Outbox {

  /** Hears of each message that will never be sent. */
  public interface Refusals {

    /** Called before the message is removed; again after a crash in between. */
    void refused(Stored stored, LinkException why);
  }

  private enum Gate {
    DOWN,
    PAUSED,
    OPEN
  }

  /** A message on its way; alone where it was sent without any other. */
  private record Sending(Stored stored, boolean alone) {}

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final int WINDOW = 64;
  private static final int WINDOW_BYTES = 1 << 20;

  /** How often the broker may hang up on a message that was sent alone before that is its fault. */
  private static final int STRIKES = 3;

  private final Vertx vertx;
  private final Context context;
  private final WorkerExecutor worker;
  private final Publisher publisher;
  private final OutboxStore store;
  private final Refusals refusals;
  private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(20));
  private final Map<Long, Sending> inFlight = new HashMap<>();
  private final TreeSet<Long> settled = new TreeSet<>();
  private final Promise<Void> stopped = Promise.promise();
  private Gate gate = Gate.DOWN;
  private boolean storeBusy;
  private boolean more = true;
  private boolean rewind;
  private boolean stopping;
  private long cursor;
  private int setbacks;
  private int cautiousFor;
  private long suspect;
  private int strikes;

  /** Begins to send what the store holds as soon as the publisher is connected. */
  public Outbox(Vertx vertx, Publisher publisher, OutboxStore store, Refusals refusals) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.worker = vertx.createSharedWorkerExecutor("outbox", 1);
    this.publisher = publisher;
    this.store = store;
    this.refusals = refusals;
    publisher.whenConnected(() -> run(this::open));
  }

  /** Keeps and then sends a message. Done, with its sequence number, when it is kept. */
  public Future<Long> send(Outgoing message) {
    return worker.executeBlocking(() -> store.append(message)).onSuccess(_ -> wake());
  }

  /** Tells that something was appended to the store by another hand. */
  public void wake() {
    run(() -> {
      more = true;
      step();
    });
  }

  /** Sends no more. What was not acknowledged stays in the store. */
  public Future<Void> stop() {
    run(() -> {
      stopping = true;
      gate = Gate.DOWN;
      step();
    });
    return stopped.future();
  }

  private void open() {
    if (!stopping) {
      gate = Gate.OPEN;
      more = true;
      step();
    }
  }

  /** The next thing to do with the store, one at a time: forget, start over, or fetch. */
  private void step() {
    if (storeBusy || stopped.future().isComplete()) {
      return;
    }
    if (!settled.isEmpty()) {
      var done = List.copyOf(settled);
      useStore(() -> forget(done), _ -> done.forEach(settled::remove));
    } else if (stopping) {
      stopped.tryComplete();
      worker.close();
    } else if (rewind && inFlight.isEmpty()) {
      rewind = false;
      cursor = 0;
      step();
    } else if (!rewind && gate == Gate.OPEN && more && room() > 0) {
      long after = cursor;
      int count = room();
      more = false;
      useStore(() -> fetch(after, count), this::sendAll);
    }
  }

  private int room() {
    int bytes = inFlight.values().stream().mapToInt(one -> one.stored().message().size()).sum();
    return bytes >= WINDOW_BYTES ? 0 : (cautiousFor > 0 ? 1 : WINDOW) - inFlight.size();
  }

  private interface StoreCall<T> {
    T call();
  }

  private <T> void useStore(StoreCall<T> call, Consumer<T> then) {
    storeBusy = true;
    worker
        .executeBlocking(call::call)
        .onComplete(outcome ->
            run(() -> {
              if (outcome.succeeded()) {
                storeBusy = false;
                then.accept(outcome.result());
                step();
              } else {
                storeFailed(outcome.cause());
              }
            }));
  }

  private void storeFailed(Throwable cause) {
    LOG.error("the outbox's store failed", cause);
    if (stopping) {
      stopped.tryComplete();
      return;
    }
    later(() -> {
      storeBusy = false;
      more = true;
      step();
    });
  }

  private Void forget(List<Long> sequences) {
    store.remove(sequences);
    return null;
  }

  private List<Stored> fetch(long after, int count) {
    var fetched = new ArrayList<Stored>();
    long bytes = 0;
    long last = after;
    while (fetched.size() < count && bytes < WINDOW_BYTES) {
      var next = store.next(last);
      if (next.isEmpty()) {
        break;
      }
      fetched.add(next.get());
      bytes += next.get().message().size();
      last = next.get().sequence();
    }
    return fetched;
  }

  private void sendAll(List<Stored> fetched) {
    if (rewind || gate != Gate.OPEN) {
      more = true;
      return;
    }
    if (fetched.isEmpty()) {
      return;
    }
    more = true;
    cursor = fetched.getLast().sequence();
    for (var stored : fetched) {
      inFlight.put(stored.sequence(), new Sending(stored, cautiousFor > 0));
    }
    for (var stored : fetched) {
      publisher
          .publish(stored.message())
          .onComplete(outcome -> run(() -> settle(stored.sequence(), outcome.cause())));
    }
  }

  private void settle(long sequence, Throwable failure) {
    var sending = inFlight.remove(sequence);
    switch (failure) {
      case null -> {
        settled.add(sequence);
        setbacks = 0;
        cautiousFor = Math.max(0, cautiousFor - 1);
      }
      case LinkException.Down down -> lost(sending, down);
      case LinkException.Expired expired -> refuse(sending.stored(), expired);
      case LinkException.Refused refused when refused.forGood() ->
          refuse(sending.stored(), refused);
      default -> {
        LOG.warn("the outbox pauses: {}", failure.getMessage());
        pause();
      }
    }
    step();
  }

  private void lost(Sending sending, LinkException.Down down) {
    if (down.blamesMessage()) {
      cautiousFor = WINDOW;
      if (sending.alone() && struckOut(sending.stored().sequence())) {
        refuse(sending.stored(), down);
      }
    }
    pause();
  }

  private boolean struckOut(long sequence) {
    strikes = suspect == sequence ? strikes + 1 : 1;
    suspect = sequence;
    return strikes >= STRIKES;
  }

  private void refuse(Stored stored, LinkException why) {
    LOG.warn(
        "message {} to {} will not be sent: {}",
        stored.sequence(),
        stored.message().topic(),
        why.getMessage());
    try {
      refusals.refused(stored, why);
    } catch (RuntimeException bug) {
      LOG.error("nobody could be told of the refused message {}", stored.sequence(), bug);
    }
    settled.add(stored.sequence());
  }

  /** Starts over from the oldest, when connected or after a while, whichever comes first. */
  private void pause() {
    rewind = true;
    if (gate == Gate.OPEN) {
      gate = Gate.PAUSED;
      later(() -> {
        if (gate == Gate.PAUSED) {
          open();
        }
      });
    }
  }

  private void later(Runnable action) {
    var delay = backoff.delay(setbacks++, ThreadLocalRandom.current());
    vertx.setTimer(Math.max(1, delay.toMillis()), _ -> run(action));
  }

  private void run(Runnable action) {
    if (context.equals(Vertx.currentContext())) {
      action.run();
    } else {
      context.runOnContext(_ -> action.run());
    }
  }
}
