package berth.agent.systemd.dbus;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The calls that wait for their reply. No more than 64 are with the bus at once, as dbus-daemon
 * refuses more than 128 for one connection; the others wait here.
 */
final class PendingCalls {
  static final int MOST_IN_FLIGHT = 64;
  private static final int MOST_WAITING = 8192;

  private final Consumer<Outgoing> send;
  private final Map<Long, Pending> inFlight = new HashMap<>();
  private final Deque<Pending> waiting = new ArrayDeque<>();
  private BusException closed;
  private long serial;

  PendingCalls(Consumer<Outgoing> send) {
    this.send = send;
  }

  /** Sends a call when its turn comes; the executor runs what the future completes. */
  CompletableFuture<Message> add(Call call, Executor completing) {
    var future = new CompletableFuture<Message>();
    synchronized (this) {
      if (closed != null || waiting.size() >= MOST_WAITING) {
        completing.execute(() -> future.completeExceptionally(refusal()));
        return future;
      }
      serial = serial % 0xffff_ffffL + 1;
      var pending = new Pending(call, serial, Outgoing.of(call, serial), future, completing);
      pending.limit(call.limit());
      waiting.add(pending);
      sendNext();
    }
    return future;
  }

  /** A reply or an error has come; a reply to nothing, or too late, is dropped. */
  void replied(Message reply) {
    Pending pending;
    synchronized (this) {
      pending = inFlight.remove(reply.header().replySerial());
      sendNext();
    }
    if (pending == null) {
      reply.close();
    } else {
      pending.complete(reply);
    }
  }

  /** Fails all calls, those to come too. */
  void close(BusException reason) {
    List<Pending> all;
    synchronized (this) {
      closed = reason;
      all = new ArrayList<>(inFlight.values());
      all.addAll(waiting);
      waiting.forEach(pending -> pending.message.close());
      inFlight.clear();
      waiting.clear();
    }
    all.forEach(pending -> pending.fail(reason.again()));
  }

  private BusException refusal() {
    return closed != null
        ? closed.again()
        : new BusException(BusException.LIMITS_EXCEEDED, MOST_WAITING + " calls wait already");
  }

  /** Under the lock, so that the messages go out in the order of their serials. */
  private void sendNext() {
    while (inFlight.size() < MOST_IN_FLIGHT && !waiting.isEmpty()) {
      Pending next = waiting.remove();
      inFlight.put(next.serial, next);
      send.accept(next.message);
    }
  }

  private void expire(Pending pending) {
    synchronized (this) {
      if (waiting.remove(pending)) {
        pending.message.close();
      }
      inFlight.remove(pending.serial, pending);
      sendNext();
    }
    String limit = pending.call.limit().toMillis() + " ms";
    pending.fail(
        new BusException(BusException.NO_REPLY, pending.call + ": no reply within " + limit));
  }

  private final class Pending {
    private final Call call;
    private final long serial;
    private final Outgoing message;
    private final CompletableFuture<Message> future;
    private final Executor completing;
    private Future<?> timer;

    Pending(
        Call call,
        long serial,
        Outgoing message,
        CompletableFuture<Message> future,
        Executor completing) {
      this.call = call;
      this.serial = serial;
      this.message = message;
      this.future = future;
      this.completing = completing;
    }

    void limit(Duration limit) {
      timer =
          ForkJoinPool.commonPool()
              .schedule(() -> expire(this), limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    void complete(Message reply) {
      timer.cancel(false);
      if (!call.wantsFds()) {
        reply.close();
      }
      completing.execute(() -> {
        if (reply.kind() == Message.Kind.ERROR) {
          future.completeExceptionally(error(reply));
        } else if (!future.complete(reply)) {
          reply.close();
        }
      });
    }

    void fail(BusException reason) {
      timer.cancel(false);
      completing.execute(() -> future.completeExceptionally(reason));
    }

    private BusException error(Message reply) {
      reply.close();
      String text = "";
      if (reply.header().signature().toString().startsWith("s")) {
        try {
          text = reply.string(0);
        } catch (BusException e) {
          return e;
        }
      }
      return new BusException(reply.header().error(), text);
    }
  }
}
