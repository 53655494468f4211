package berth.protocol.mqtt;

import io.netty.handler.codec.mqtt.MqttQoS;

/** How hard MQTT tries. Exactly-once is absent, see the package. */
public enum Qos {
  /** Sent once and forgotten: for what the next message replaces anyway. */
  AT_MOST_ONCE(MqttQoS.AT_MOST_ONCE),
  /** Acknowledged; may arrive more than once. */
  AT_LEAST_ONCE(MqttQoS.AT_LEAST_ONCE);

  private final MqttQoS wire;

  Qos(MqttQoS wire) {
    this.wire = wire;
  }

  MqttQoS wire() {
    return wire;
  }

  static Qos of(MqttQoS wire) {
    return wire == MqttQoS.AT_MOST_ONCE ? AT_MOST_ONCE : AT_LEAST_ONCE;
  }
}
