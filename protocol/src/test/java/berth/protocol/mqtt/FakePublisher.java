package berth.protocol.mqtt;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A broker in the test's hand: it sees each publish and decides what becomes of it. */
final class FakePublisher implements Publisher {

  /** A message that was published, and its fate, which is told on the publisher's context. */
  record Sent(Outgoing message, Promise<Void> fate, Context context) {

    String text() {
      return message.payload().toString();
    }

    void acknowledge() {
      context.runOnContext(_ -> fate.complete());
    }

    void fail(LinkException why) {
      context.runOnContext(_ -> fate.fail(why));
    }
  }

  private final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
  private final List<Runnable> actions = new CopyOnWriteArrayList<>();

  @Override
  public Future<Void> publish(Outgoing message) {
    var one = new Sent(message, Promise.promise(), Vertx.currentContext());
    sent.add(one);
    return one.fate().future();
  }

  @Override
  public void whenConnected(Runnable action) {
    actions.add(action);
  }

  void connect() {
    actions.forEach(Runnable::run);
  }

  /** The next message that was published. */
  Sent next() {
    try {
      var one = sent.poll(20, TimeUnit.SECONDS);
      if (one == null) {
        throw new AssertionError("nothing was published");
      }
      return one;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean isIdle() {
    return sent.isEmpty();
  }
}
