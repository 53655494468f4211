/**
 * The one place that speaks MQTT 5. It knows topics as strings, payloads as bytes and user
 * properties as pairs of strings; what they mean is for others to say.
 *
 * <p>{@link berth.protocol.mqtt.MqttLink} keeps a connection: it subscribes, notices a dead peer,
 * reconnects, and tells for each message whether the broker took it. {@link
 * berth.protocol.mqtt.Outbox} stands on it and sends what must not get lost until the broker has
 * it. Both give at-least-once: a receiver must know a message that it has seen before.
 *
 * <p>QoS 2 is left out on purpose. Its second half is lost with the client's memory, so it promises
 * no more than QoS 1 does while costing twice the packets.
 */
package berth.protocol.mqtt;
