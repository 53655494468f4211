package berth.protocol.mqtt;

import berth.protocol.Wire;
import java.time.Duration;
import java.util.List;

/**
 * How a link finds its broker and how long it waits for what.
 *
 * @param clientId the same for the same session, always
 * @param sessionExpiry how long the broker keeps subscriptions and messages while we are away
 * @param receiveMaximum how many messages may come in unacknowledged before the broker pauses
 * @param maxMessageBytes the largest packet, either way; the broker is told
 */
public record MqttLinkOptions(
    String host,
    int port,
    String clientId,
    Duration sessionExpiry,
    int receiveMaximum,
    int maxMessageBytes,
    Timing timing,
    Window window,
    Backoff backoff,
    List<Subscription> subscriptions) {

  /** The largest message of the wire, and room for its topic and properties. */
  private static final int MAX_PACKET_BYTES = Wire.MAX_MESSAGE_BYTES + 64 * 1024;

  public MqttLinkOptions {
    if (host.isBlank() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("bad broker address: " + host + ":" + port);
    }
    if (clientId.isBlank()) {
      throw new IllegalArgumentException("a session needs a client id");
    }
    if (sessionExpiry.isNegative() || sessionExpiry.toSeconds() > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("bad session expiry: " + sessionExpiry);
    }
    if (receiveMaximum < 1 || receiveMaximum > 65_535) {
      throw new IllegalArgumentException("bad receive maximum: " + receiveMaximum);
    }
    if (maxMessageBytes < 1024 || maxMessageBytes > 268_435_455) {
      throw new IllegalArgumentException("bad maximum message size: " + maxMessageBytes);
    }
    subscriptions = List.copyOf(subscriptions);
  }

  /** Sensible values for everything else. */
  public static MqttLinkOptions of(String host, int port, String clientId) {
    return new MqttLinkOptions(
        host,
        port,
        clientId,
        Duration.ofDays(7),
        256,
        MAX_PACKET_BYTES,
        Timing.DEFAULT,
        Window.DEFAULT,
        new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30)),
        List.of());
  }

  public MqttLinkOptions with(Timing other) {
    return new MqttLinkOptions(
        host,
        port,
        clientId,
        sessionExpiry,
        receiveMaximum,
        maxMessageBytes,
        other,
        window,
        backoff,
        subscriptions);
  }

  public MqttLinkOptions with(Window other) {
    return new MqttLinkOptions(
        host,
        port,
        clientId,
        sessionExpiry,
        receiveMaximum,
        maxMessageBytes,
        timing,
        other,
        backoff,
        subscriptions);
  }

  public MqttLinkOptions with(Backoff other) {
    return new MqttLinkOptions(
        host,
        port,
        clientId,
        sessionExpiry,
        receiveMaximum,
        maxMessageBytes,
        timing,
        window,
        other,
        subscriptions);
  }

  /** Subscribes to these at each connection, whether or not the broker remembers them. */
  public MqttLinkOptions subscribing(Subscription... others) {
    return new MqttLinkOptions(
        host,
        port,
        clientId,
        sessionExpiry,
        receiveMaximum,
        maxMessageBytes,
        timing,
        window,
        backoff,
        List.of(others));
  }

  /** A topic filter, which may have wildcards, and the quality of service asked for. */
  public record Subscription(String filter, Qos qos) {}

  /**
   * What bounds every wait. A peer that falls silent is noticed within {@code heartbeat + silence}.
   *
   * @param keepAlive what the broker is promised: it forgets us after one and a half times that
   *     without a packet
   * @param heartbeat how often the broker is asked for a sign of life, less than {@code keepAlive}
   * @param silence how long the broker may take to show any sign of life once asked, at most {@code
   *     keepAlive}
   * @param connect how long connecting may take, up to and including the subscriptions
   * @param acknowledgement how long the broker may owe an acknowledgement, to a heartbeat more
   */
  public record Timing(
      Duration keepAlive,
      Duration heartbeat,
      Duration silence,
      Duration connect,
      Duration acknowledgement) {

    static final Timing DEFAULT =
        new Timing(
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30));

    public Timing {
      if (keepAlive.toSeconds() < 1 || keepAlive.toSeconds() > 65_535) {
        throw new IllegalArgumentException("bad keep alive: " + keepAlive);
      }
      if (heartbeat.toMillis() < 1 || heartbeat.compareTo(keepAlive) >= 0) {
        throw new IllegalArgumentException("the heartbeat must be quicker than " + keepAlive);
      }
      if (silence.compareTo(keepAlive) > 0) {
        throw new IllegalArgumentException("silence must not be borne longer than " + keepAlive);
      }
      if (silence.toMillis() < 1 || connect.toMillis() < 1 || acknowledgement.toMillis() < 1) {
        throw new IllegalArgumentException("silence, connect and acknowledgement must be positive");
      }
    }
  }

  /**
   * How much may be on its way out.
   *
   * @param messages unacknowledged on the wire at most; the broker may lower it
   * @param bytes unacknowledged on the wire at most, save that one message may always go
   * @param waiting messages that may wait for their turn; more fail as {@link LinkException.Busy}
   */
  public record Window(int messages, int bytes, int waiting) {

    static final Window DEFAULT = new Window(64, 1 << 20, 10_000);

    public Window {
      if (messages < 1 || messages > PacketIds.COUNT / 2 || bytes < 1 || waiting < 1) {
        throw new IllegalArgumentException(
            "bad window: " + messages + " messages, " + bytes + " bytes, " + waiting + " waiting");
      }
    }
  }
}
