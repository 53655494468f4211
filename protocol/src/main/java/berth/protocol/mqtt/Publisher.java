package berth.protocol.mqtt;

import io.vertx.core.Future;

/** Takes messages to a broker. */
public interface Publisher {

  /**
   * Publishes once. Done when the broker has acknowledged, or, for {@link Qos#AT_MOST_ONCE}, when
   * the message is written; fails with a {@link LinkException} and nothing else.
   */
  Future<Void> publish(Outgoing message);

  /** Runs the action each time that publishing has become possible. */
  void whenConnected(Runnable action);
}
