package berth.protocol.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttException;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Our messages and failures in the client library's terms, and back. */
final class Packets {

  private static final int PACKET_TOO_LARGE = 0x95;
  private static final int TOPIC_NAME_INVALID = 0x90;
  private static final int QOS_NOT_SUPPORTED = 0x9B;
  private static final int QUOTA_EXCEEDED = 0x97;

  private Packets() {}

  static MqttClientOptions clientOptions(MqttLinkOptions options, Optional<Outgoing> will) {
    var client = new MqttClientOptions();
    client.setVersion(5);
    client.setClientId(options.clientId());
    client.setCleanSession(false);
    client.setSessionExpireInterval(options.sessionExpiry().toSeconds());
    client.setReceiveMaximum(options.receiveMaximum());
    client.setMaxMessageSize(options.maxMessageBytes());
    client.setMaximumPacketSize((long) options.maxMessageBytes());
    client.setKeepAliveInterval((int) options.timing().keepAlive().toSeconds());
    client.setAutoKeepAlive(false);
    client.setAutoAck(false);
    client.setAutoServerRedirect(false);
    client.setMaxInflightQueue(PacketIds.COUNT);
    client.setConnectTimeout((int) options.timing().connect().toMillis());
    client.setTcpNoDelay(true);
    will.ifPresent(message ->
        client
            .getWillOptions()
            .setTopic(message.topic())
            .setMessageBytes(message.payload())
            .setQos(message.qos().wire().value())
            .setRetain(message.retained())
            .setUserProperties(new HashMap<>(message.userProperties())));
    return client;
  }

  static MqttProperties properties(Outgoing message) {
    var properties = new MqttProperties();
    message
        .expiresAt()
        .ifPresent(deadline ->
            properties.add(
                new MqttProperties.IntegerProperty(
                    MqttProperties.PUBLICATION_EXPIRY_INTERVAL, secondsUntil(deadline))));
    if (!message.userProperties().isEmpty()) {
      var pairs = new MqttProperties.UserProperties();
      message.userProperties().forEach(pairs::add);
      properties.add(pairs);
    }
    return properties;
  }

  static Received received(MqttPublishMessage message, Runnable acknowledgement) {
    var properties = message.properties();
    Map<String, String> pairs = new HashMap<>();
    if (properties.getProperty(MqttProperties.USER_PROPERTY)
        instanceof MqttProperties.UserProperties user) {
      user.value().forEach(pair -> pairs.put(pair.key, pair.value));
    }
    Optional<Duration> expiresIn =
        properties.getProperty(MqttProperties.PUBLICATION_EXPIRY_INTERVAL)
                instanceof MqttProperties.IntegerProperty seconds
            ? Optional.of(Duration.ofSeconds(Integer.toUnsignedLong(seconds.value())))
            : Optional.empty();
    return new Received(
        message.topicName(),
        message.payload(),
        pairs,
        Qos.of(message.qosLevel()),
        message.isDup(),
        message.isRetain(),
        expiresIn,
        once(acknowledgement));
  }

  static LinkException.Down down(String why, MqttDisconnectReasonCode code) {
    return new LinkException.Down(why, code.value() & 0xFF);
  }

  static LinkException refused(MqttPubAckReasonCode code) {
    return new LinkException.Refused("the broker refused: " + code, code.value() & 0xFF);
  }

  static LinkException tooLarge(Outgoing message, int limit) {
    return new LinkException.Refused(
        message.size() + " bytes are more than the " + limit + " of a message", PACKET_TOO_LARGE);
  }

  /** What the client finds wrong by itself, before it writes. */
  static LinkException refused(MqttException refusal) {
    int code =
        switch (refusal.code()) {
          case MqttException.MQTT_PACKET_TOO_LARGE -> PACKET_TOO_LARGE;
          case MqttException.MQTT_INVALID_TOPIC_NAME -> TOPIC_NAME_INVALID;
          case MqttException.MQTT_QOS_UNSUPPORTED -> QOS_NOT_SUPPORTED;
          default -> QUOTA_EXCEEDED;
        };
    return new LinkException.Refused(refusal.getMessage(), code);
  }

  /** Whole seconds, rounded up: better late at a receiver who looks than lost before time. */
  private static int secondsUntil(Instant deadline) {
    long millis = Math.max(1, Duration.between(Instant.now(), deadline).toMillis());
    return (int) Math.min(0xFFFF_FFFEL, (millis + 999) / 1000);
  }

  private static Runnable once(Runnable action) {
    var done = new AtomicBoolean();
    return () -> {
      if (done.compareAndSet(false, true)) {
        action.run();
      }
    };
  }
}
