package berth.protocol.mqtt;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A listener that keeps all that it hears, for a test to wait for. */
final class Ears implements MqttLink.Listener {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final BlockingQueue<Boolean> connected = new LinkedBlockingQueue<>();
  final BlockingQueue<LinkException.Down> disconnected = new LinkedBlockingQueue<>();
  final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final Consumer<Received> onReceived;

  /** Acknowledges whatever comes. */
  static Ears acknowledging() {
    return new Ears(Received::acknowledge);
  }

  /** Acknowledges nothing. */
  static Ears silent() {
    return new Ears(_ -> {});
  }

  Ears(Consumer<Received> onReceived) {
    this.onReceived = onReceived;
  }

  @Override
  public void connected(boolean sessionPresent) {
    connected.add(sessionPresent);
  }

  @Override
  public void disconnected(LinkException.Down reason) {
    disconnected.add(reason);
  }

  @Override
  public void received(Received message) {
    received.add(message);
    onReceived.accept(message);
  }

  boolean awaitConnected() {
    return take(connected, "no connection");
  }

  LinkException.Down awaitDisconnected() {
    return take(disconnected, "still connected");
  }

  Received awaitMessage() {
    return take(received, "no message");
  }

  private static <T> T take(BlockingQueue<T> queue, String otherwise) {
    try {
      T one = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (one == null) {
        throw new AssertionError(otherwise + " within " + PATIENCE);
      }
      return one;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
