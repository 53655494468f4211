package berth.protocol.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttConnectionException;
import io.vertx.mqtt.MqttException;
import io.vertx.mqtt.messages.MqttConnAckMessage;
import io.vertx.mqtt.messages.MqttPubAckMessage;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubAckMessage;
import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, from the attempt to its end, with a client of its own: a client that was
 * connected once keeps counters and packets of that time. Belongs to one context; only {@link
 * Received#acknowledge} may come from elsewhere.
 */
final class Connection {

  /** What the connection tells its owner, each on the context. */
  interface Events {
    /** Connected and subscribed. */
    void ready(boolean sessionPresent);

    void received(Received message);

    /** Told once, and the last thing told. */
    void closed(LinkException.Down reason);
  }

  private enum State {
    OPENING,
    OPEN,
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final Duration FAREWELL = Duration.ofSeconds(2);
  private static final int NO_TIMER = -1;

  private final Vertx vertx;
  private final Context context;
  private final MqttLinkOptions options;
  private final Events events;
  private final MqttClient client;
  private final InFlight inFlight;
  private State state = State.OPENING;
  private boolean sessionPresent;
  private long lastHeard;
  private long openTimer = NO_TIMER;
  private long beatTimer = NO_TIMER;
  private LinkException.Down farewell;

  Connection(
      Vertx vertx,
      Context context,
      MqttLinkOptions options,
      Optional<Outgoing> will,
      Events events) {
    this.vertx = vertx;
    this.context = context;
    this.options = options;
    this.events = events;
    this.client = MqttClient.create(vertx, Packets.clientOptions(options, will));
    this.inFlight = new InFlight(options.window(), this::write);
  }

  void open() {
    client.publishHandler(this::received);
    client.publishAckMessageHandler(this::acknowledged);
    client.subscribeCompletionHandler(this::subscribed);
    client.pingResponseHandler(_ -> heard());
    client.disconnectMessageHandler(message ->
        farewell = Packets.down("the broker hung up: " + message.code(), message.code()));
    client.closeHandler(
        _ -> end(farewell != null ? farewell : down("the connection was closed"), null));
    client.exceptionHandler(failure -> lose("the connection broke: " + failure.getMessage()));
    openTimer =
        vertx.setTimer(
            options.timing().connect().toMillis(),
            _ -> lose("not connected within " + options.timing().connect()));
    client
        .connect(options.port(), options.host())
        .onComplete(this::accepted, failure -> end(refused(failure), null));
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  void publish(Outgoing message, Promise<Void> promise) {
    if (state != State.OPEN) {
      promise.fail(down("not connected"));
    } else if (message.size() > options.maxMessageBytes()) {
      promise.fail(Packets.tooLarge(message, options.maxMessageBytes()));
    } else {
      inFlight.add(message, promise);
    }
  }

  /** Leaves without the will being sent. Done in any case after a short while. */
  Future<Void> leave() {
    var left = Promise.<Void>promise();
    long timer = vertx.setTimer(FAREWELL.toMillis(), _ -> left.tryComplete());
    var disconnected = state == State.CLOSED ? Future.<Void>succeededFuture() : client.disconnect();
    end(down("stopped"), null);
    disconnected.onComplete(_ -> {
      vertx.cancelTimer(timer);
      left.tryComplete();
    });
    return left.future();
  }

  private void accepted(MqttConnAckMessage accepted) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.OPEN;
    sessionPresent = accepted.isSessionPresent();
    if (accepted.receiveMaximum() != null) {
      inFlight.limitTo(accepted.receiveMaximum());
    }
    heard();
    beatTimer = vertx.setPeriodic(heartbeatMillis(accepted.serverKeepAlive()), _ -> beat());
    if (options.subscriptions().isEmpty()) {
      ready();
    } else {
      subscribe();
    }
  }

  private void subscribe() {
    var wanted =
        options.subscriptions().stream()
            .map(one -> new MqttTopicSubscription(one.filter(), one.qos().wire()))
            .toList();
    client
        .subscribe(wanted, MqttProperties.NO_PROPERTIES)
        .onFailure(failure -> lose("cannot subscribe: " + failure.getMessage()));
  }

  private void subscribed(MqttSubAckMessage answer) {
    heard();
    for (int i = 0; i < options.subscriptions().size(); i++) {
      var wanted = options.subscriptions().get(i);
      int granted = answer.grantedQoSLevels().get(i);
      if (granted < wanted.qos().wire().value() || granted > MqttQoS.EXACTLY_ONCE.value()) {
        String why = "subscription to %s refused with 0x%02x".formatted(wanted.filter(), granted);
        end(new LinkException.Down(why, granted), MqttDisconnectReasonCode.NORMAL);
        return;
      }
    }
    ready();
  }

  private void ready() {
    if (state == State.OPEN) {
      vertx.cancelTimer(openTimer);
      events.ready(sessionPresent);
    }
  }

  private void beat() {
    long asked = System.nanoTime();
    long patience = options.timing().acknowledgement().toNanos();
    if (inFlight.oldestNanos().filter(sent -> asked - sent > patience).isPresent()) {
      lose("no acknowledgement within " + options.timing().acknowledgement());
      return;
    }
    client.ping();
    vertx.setTimer(
        options.timing().silence().toMillis(),
        _ -> {
          if (lastHeard - asked < 0) {
            lose("no sign of life within " + options.timing().silence());
          }
        });
  }

  /** The client's own clock for keep alive looks at what we write alone; this one is told. */
  private long heartbeatMillis(Integer serverKeepAlive) {
    long wanted = options.timing().heartbeat().toMillis();
    return serverKeepAlive == null || serverKeepAlive == 0
        ? wanted
        : Math.min(wanted, TimeUnit.SECONDS.toMillis(serverKeepAlive) / 2);
  }

  private void heard() {
    lastHeard = System.nanoTime();
  }

  private void received(MqttPublishMessage message) {
    heard();
    if (state != State.CLOSED) {
      events.received(Packets.received(message, () -> acknowledge(message)));
    }
  }

  /** The client throws where its socket is gone; the broker then sends the message again. */
  private void acknowledge(MqttPublishMessage message) {
    context.runOnContext(_ -> {
      if (state != State.CLOSED) {
        try {
          message.ack();
        } catch (RuntimeException gone) {
          LOG.debug("acknowledgement came too late, topic {}", message.topicName(), gone);
        }
      }
    });
  }

  private void write(int id, Outgoing message) {
    if (message.expiresAt().filter(Instant.now()::isAfter).isPresent()) {
      inFlight.settle(id, new LinkException.Expired("expired at " + message.expiresAt().get()));
      return;
    }
    try {
      client
          .publish(
              id,
              message.topic(),
              message.payload(),
              message.qos().wire(),
              false,
              message.retained(),
              Packets.properties(message))
          .onComplete(_ -> written(id, message.qos()), failure -> notWritten(id, failure));
    } catch (RuntimeException gone) {
      lose("the connection is gone: " + gone.getMessage());
    }
  }

  private void written(int id, Qos qos) {
    switch (qos) {
      case AT_MOST_ONCE -> inFlight.settle(id, null);
      case AT_LEAST_ONCE -> {}
    }
  }

  private void notWritten(int id, Throwable failure) {
    if (failure instanceof MqttException refusal) {
      inFlight.settle(id, Packets.refused(refusal));
    } else {
      lose("cannot write: " + failure.getMessage());
    }
  }

  private void acknowledged(MqttPubAckMessage answer) {
    heard();
    inFlight.settle(
        answer.messageId(), answer.code().isError() ? Packets.refused(answer.code()) : null);
  }

  private static LinkException.Down refused(Throwable failure) {
    return failure instanceof MqttConnectionException refusal
        ? new LinkException.Down(
            "the broker refused: " + refusal.code(), refusal.code().byteValue() & 0xFF)
        : down("cannot connect: " + failure.getMessage());
  }

  private static LinkException.Down down(String why) {
    return new LinkException.Down(why);
  }

  /** Gives up a connection that may hang: as a crash would, so the will is sent. */
  private void lose(String why) {
    end(down(why), MqttDisconnectReasonCode.WITH_WILL_MESSAGE);
  }

  private void end(LinkException.Down reason, MqttDisconnectReasonCode code) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    vertx.cancelTimer(openTimer);
    vertx.cancelTimer(beatTimer);
    if (code != null) {
      client.disconnect(code, MqttProperties.NO_PROPERTIES);
    }
    inFlight.failAll(reason);
    events.closed(reason);
  }
}
