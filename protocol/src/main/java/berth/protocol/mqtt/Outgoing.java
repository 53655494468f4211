package berth.protocol.mqtt;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A message to publish. Whatever is wrong with it shows here, not when it is half sent.
 *
 * @param topic where to, without wildcards, at most 65,535 bytes of UTF-8
 * @param payload must not be changed any more
 * @param userProperties MQTT 5 user properties, in no order
 * @param retained whether the broker keeps it for later subscribers
 * @param expiresAt after this the broker no longer delivers it, and an outbox no longer sends it;
 *     MQTT counts in whole seconds, so a receiver must look at its own deadline too
 */
public record Outgoing(
    String topic,
    Buffer payload,
    Map<String, String> userProperties,
    Qos qos,
    boolean retained,
    Optional<Instant> expiresAt) {

  private static final int LONGEST_STRING = 65_535;

  public Outgoing {
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(qos, "qos");
    Objects.requireNonNull(expiresAt, "expiresAt");
    userProperties = Map.copyOf(userProperties);
    requireString("topic", topic);
    if (topic.isEmpty() || topic.indexOf('#') >= 0 || topic.indexOf('+') >= 0) {
      throw new IllegalArgumentException("not a topic to publish to: '" + topic + "'");
    }
    userProperties.forEach((name, value) -> {
      requireString("user property's name", name);
      requireString("user property " + name, value);
    });
  }

  /** A message that must arrive: QoS 1, not retained, without properties or expiry. */
  public static Outgoing of(String topic, Buffer payload) {
    return new Outgoing(topic, payload, Map.of(), Qos.AT_LEAST_ONCE, false, Optional.empty());
  }

  public Outgoing with(Qos other) {
    return new Outgoing(topic, payload, userProperties, other, retained, expiresAt);
  }

  public Outgoing withUserProperties(Map<String, String> others) {
    return new Outgoing(topic, payload, others, qos, retained, expiresAt);
  }

  public Outgoing asRetained() {
    return new Outgoing(topic, payload, userProperties, qos, true, expiresAt);
  }

  public Outgoing expiringAt(Instant deadline) {
    return new Outgoing(topic, payload, userProperties, qos, retained, Optional.of(deadline));
  }

  /** An upper bound of the bytes it takes on the wire. */
  int size() {
    int size = 64 + bytes(topic) + payload.length();
    for (var property : userProperties.entrySet()) {
      size += 5 + bytes(property.getKey()) + bytes(property.getValue());
    }
    return size;
  }

  private static void requireString(String what, String value) {
    if (value.indexOf('\0') >= 0 || bytes(value) > LONGEST_STRING) {
      throw new IllegalArgumentException(what + " is too long for MQTT or has a NUL in it");
    }
  }

  private static int bytes(String value) {
    return value.getBytes(StandardCharsets.UTF_8).length;
  }
}
