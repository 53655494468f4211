package berth.controller.link;

import berth.controller.fleet.Fleet;
import berth.controller.operation.CreditedStreams;
import berth.controller.operation.OperationLedger;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.HostId;
import berth.protocol.ProblemCode;
import berth.protocol.Topics;
import berth.protocol.Topics.Kind;
import berth.protocol.Wire;
import berth.protocol.event.Event.JournalLost;
import berth.protocol.event.EventMessage;
import berth.protocol.mqtt.MqttLinkOptions.Subscription;
import berth.protocol.mqtt.Qos;
import berth.protocol.mqtt.Received;
import berth.protocol.reply.ReplyMessage;
import berth.protocol.state.HostState;
import berth.protocol.state.Presence;
import berth.protocol.stream.Output;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the agents say: decoded, handed to those it concerns, and acknowledged once that is
 * durable, so that the broker keeps what a crash would lose. What is no message of ours is logged
 * and dropped, since it would be none the next time either.
 */
public final class AgentInbox {

  /** What a controller listens to. */
  static final Subscription[] SUBSCRIPTIONS = {
    new Subscription(Topics.filter(Kind.REPLY), Qos.AT_LEAST_ONCE),
    new Subscription(Topics.filter(Kind.EVENT), Qos.AT_LEAST_ONCE),
    new Subscription(Topics.filter(Kind.STATE), Qos.AT_LEAST_ONCE),
    new Subscription(Topics.filter(Kind.PRESENCE), Qos.AT_LEAST_ONCE),
    new Subscription(Topics.filter(Kind.OUTPUT), Qos.AT_LEAST_ONCE),
    new Subscription(Topics.filter(Kind.METRICS), Qos.AT_MOST_ONCE)
  };

  private static final Logger LOG = LoggerFactory.getLogger(AgentInbox.class);
  private static final Duration AFTER_A_FAILED_WRITE = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Fleet fleet;
  private final OperationLedger ledger;
  private final CreditedStreams streams;

  public AgentInbox(Vertx vertx, Fleet fleet, OperationLedger ledger, CreditedStreams streams) {
    this.vertx = vertx;
    this.fleet = fleet;
    this.ledger = ledger;
    this.streams = streams;
  }

  /** Takes a message; for the core's context alone. */
  public void received(Received message) {
    var topic = Topics.parse(message.topic());
    if (topic.isEmpty()) {
      LOG.warn("a message on a topic that is not ours: dropped");
      message.acknowledge();
      return;
    }
    var host = topic.get().host();
    try {
      keep(host, work(topic.get(), message), message::acknowledge);
    } catch (BerthException e) {
      LOG.warn("host={} sent a bad {}: {}; dropped", host, topic.get().kind(), e.getMessage());
      message.acknowledge();
    }
  }

  /** What is to be done with a message; its future is done when that is durable. */
  private Supplier<Future<Void>> work(Topics.Parsed topic, Received message) {
    return switch (topic.kind()) {
      case REPLY -> {
        var reply = read(message, topic.host(), ReplyMessage.class, ReplyMessage::host);
        keep(topic.host(), () -> fleet.answered(topic.host(), reply.command()), () -> {});
        yield () -> ledger.replies().reply(reply);
      }
      case EVENT -> {
        var event = read(message, topic.host(), EventMessage.class, EventMessage::host);
        yield () -> event(event);
      }
      case STATE -> {
        var state = read(message, topic.host(), HostState.class, HostState::host);
        yield () -> fleet.state(state);
      }
      case PRESENCE -> {
        var presence = read(message, topic.host(), Presence.class, Presence::host);
        yield () -> presence(presence, message.retained());
      }
      case OUTPUT -> {
        var output = Wire.read(message.payload().getBytes(), Output.class);
        streams.output(topic.host(), topic.command().orElseThrow(), output);
        yield Future::succeededFuture;
      }
      case METRICS -> {
        fleet.metrics(topic.host(), Bytes.of(message.payload().getBytes()));
        // Brokers keep nothing of QoS 0 for later, so this was sent just now.
        yield () -> fleet.heard(topic.host());
      }
      case COMMAND, INPUT -> Future::succeededFuture;
    };
  }

  private Future<Void> event(EventMessage event) {
    return fleet
        .event(event)
        .compose(_ ->
            event.event() instanceof JournalLost
                ? ledger.replies().journalLost(event.host(), event.at())
                : Future.succeededFuture());
  }

  private Future<Void> presence(Presence presence, boolean kept) {
    if (presence.status() == Presence.Status.ONLINE && !kept) {
      ledger.hostConnected(presence.host());
    }
    return fleet.presence(presence, kept);
  }

  /** Does the work, again and again while the database can't take it, and then something more. */
  private void keep(HostId host, Supplier<Future<Void>> work, Runnable kept) {
    work.get()
        .onSuccess(_ -> kept.run())
        .onFailure(failure -> {
          if (failure instanceof BerthException passing) {
            LOG.warn("host={} what it said can't be kept: {}", host, passing.getMessage());
            vertx.setTimer(AFTER_A_FAILED_WRITE.toMillis(), _ -> keep(host, work, kept));
          } else {
            LOG.error("host={} what it said could not be handled: dropped", host, failure);
            kept.run();
          }
        });
  }

  private static <T> T read(
      Received message, HostId sender, Class<T> type, Function<T, HostId> host) {
    var read = Wire.read(message.payload().getBytes(), type);
    if (!host.apply(read).equals(sender)) {
      throw new BerthException(ProblemCode.INVALID, "it speaks for host " + host.apply(read));
    }
    return read;
  }
}
