package berth.protocol.mqtt;

import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The messages of one connection that are on their way out: some on the wire, the others waiting
 * until the window has room. Belongs to the connection's context.
 */
final class InFlight {

  /** Puts a message on the wire under a packet identifier. */
  interface Wire {
    void write(int id, Outgoing message);
  }

  private record Sent(Outgoing message, int size, Promise<Void> promise, long nanos) {}

  private record Waiting(Outgoing message, Promise<Void> promise) {}

  private final MqttLinkOptions.Window window;
  private final Wire wire;
  private final PacketIds ids = new PacketIds();
  private final Map<Integer, Sent> sent = new LinkedHashMap<>();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private int limit;
  private long bytes;
  private boolean sending;

  InFlight(MqttLinkOptions.Window window, Wire wire) {
    this.window = window;
    this.wire = wire;
    this.limit = window.messages();
  }

  /** Never has more unacknowledged than the broker said that it takes. */
  void limitTo(int receiveMaximum) {
    limit = Math.min(limit, receiveMaximum);
  }

  void add(Outgoing message, Promise<Void> promise) {
    if (waiting.size() >= window.waiting()) {
      promise.fail(new LinkException.Busy(waiting.size() + " messages wait already"));
      return;
    }
    waiting.add(new Waiting(message, promise));
    sendWhatFits();
  }

  /** The broker, or the socket, is done with a message; a null failure means that it went well. */
  void settle(int id, LinkException failure) {
    Sent done = sent.remove(id);
    if (done == null) {
      return;
    }
    ids.release(id);
    bytes -= done.size();
    if (failure == null) {
      done.promise().complete();
    } else {
      done.promise().fail(failure);
    }
    sendWhatFits();
  }

  void failAll(LinkException failure) {
    var all = new ArrayDeque<Promise<Void>>();
    sent.values().forEach(one -> all.add(one.promise()));
    waiting.forEach(one -> all.add(one.promise()));
    sent.clear();
    waiting.clear();
    all.forEach(promise -> promise.fail(failure));
  }

  /** When the message that has been unacknowledged for longest was sent. */
  Optional<Long> oldestNanos() {
    return sent.values().stream().findFirst().map(Sent::nanos);
  }

  /** A message may be settled, and the next be added, while it is being written. */
  private void sendWhatFits() {
    if (sending) {
      return;
    }
    sending = true;
    while (!waiting.isEmpty() && sent.size() < limit && fits(waiting.peek().message())) {
      Waiting next = waiting.remove();
      int id = ids.take();
      int size = next.message().size();
      bytes += size;
      sent.put(id, new Sent(next.message(), size, next.promise(), System.nanoTime()));
      wire.write(id, next.message());
    }
    sending = false;
  }

  private boolean fits(Outgoing message) {
    return sent.isEmpty() || bytes + message.size() <= window.bytes();
  }
}
