package berth.protocol.mqtt;

import static berth.protocol.mqtt.LinkFixture.await;
import static berth.protocol.mqtt.LinkFixture.text;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** A link with a will and a Vert.x of its own. It does not come back when it is lost. */
final class MortalLink {

  private final Vertx vertx = Vertx.vertx();
  private final Ears ears = Ears.silent();
  private final String topic;
  private final MqttLink link;

  MortalLink(MqttLinkOptions options, String topic, Supplier<String> will) {
    this.topic = topic;
    var lazy = options.with(new Backoff(Duration.ofDays(1), Duration.ofDays(1)));
    this.link = new MqttLink(vertx, lazy, () -> Optional.of(retained(will.get())), ears);
  }

  void begin() {
    await(link.start());
  }

  void publish(String payload) {
    await(link.publish(retained(payload)));
  }

  /** Waits for the other side to end it. */
  LinkException.Down endWhenLost() {
    var reason = ears.awaitDisconnected();
    leave();
    return reason;
  }

  /** The sockets close without a word, as they do when a process dies. */
  void end() {
    await(vertx.close());
  }

  void leave() {
    await(link.stop());
    await(vertx.close());
  }

  private Outgoing retained(String payload) {
    return Outgoing.of(topic, text(payload)).asRetained();
  }
}
