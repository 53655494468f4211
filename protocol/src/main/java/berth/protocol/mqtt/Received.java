package berth.protocol.mqtt;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A message that came in. One with {@link Qos#AT_LEAST_ONCE} comes again, on a later connection,
 * until {@link #acknowledge} was called.
 *
 * @param userProperties MQTT 5 user properties; of a repeated name the last value
 * @param duplicate the broker has sent it before; its absence proves nothing
 * @param retained it was kept by the broker and comes because of a new subscription
 * @param expiresIn what was left of its lifetime when the broker sent it
 * @param acknowledgement what {@link #acknowledge} does
 */
public record Received(
    String topic,
    Buffer payload,
    Map<String, String> userProperties,
    Qos qos,
    boolean duplicate,
    boolean retained,
    Optional<Duration> expiresIn,
    Runnable acknowledgement) {

  public Received {
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(qos, "qos");
    Objects.requireNonNull(expiresIn, "expiresIn");
    Objects.requireNonNull(acknowledgement, "acknowledgement");
    userProperties = Map.copyOf(userProperties);
  }

  /**
   * Tells the broker that this message is safe here and needs not come again. May be called from
   * any thread, late, and more than once; it never throws. Once the connection that brought the
   * message is gone it does nothing, and the message comes again.
   */
  public void acknowledge() {
    acknowledgement.run();
  }
}
