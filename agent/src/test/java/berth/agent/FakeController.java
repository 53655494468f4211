package berth.agent;

import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Topics;
import berth.protocol.Wire;
import berth.protocol.command.Command;
import berth.protocol.event.EventMessage;
import berth.protocol.mqtt.LinkException;
import berth.protocol.mqtt.MqttLink;
import berth.protocol.mqtt.MqttLinkOptions;
import berth.protocol.mqtt.MqttLinkOptions.Subscription;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Qos;
import berth.protocol.mqtt.Received;
import berth.protocol.reply.Reply;
import berth.protocol.reply.ReplyMessage;
import berth.protocol.state.HostState;
import berth.protocol.state.Presence;
import berth.protocol.stream.Input;
import berth.protocol.stream.Output;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The other end of the wire: sends commands to one host and keeps all that it tells. */
final class FakeController implements AutoCloseable, MqttLink.Listener {
  static final HostId HOST = new HostId("lab1");

  final List<ReplyMessage> replies = new CopyOnWriteArrayList<>();
  final List<EventMessage> events = new CopyOnWriteArrayList<>();
  final List<HostState> states = new CopyOnWriteArrayList<>();
  final List<Presence> presences = new CopyOnWriteArrayList<>();
  final List<byte[]> metrics = new CopyOnWriteArrayList<>();
  final List<Output> outputs = new CopyOnWriteArrayList<>();

  /** Replies, events and states in the order in which they came. */
  final List<Object> all = new CopyOnWriteArrayList<>();

  private final Vertx vertx = Vertx.vertx();
  private final MqttLink link;

  FakeController(int port) {
    var options =
        MqttLinkOptions.of("127.0.0.1", port, "controller-test")
            .with(new berth.protocol.mqtt.Backoff(Duration.ofMillis(20), Duration.ofMillis(200)))
            .subscribing(
                subscription(Topics.Kind.REPLY),
                subscription(Topics.Kind.EVENT),
                subscription(Topics.Kind.STATE),
                subscription(Topics.Kind.METRICS),
                subscription(Topics.Kind.OUTPUT),
                subscription(Topics.Kind.PRESENCE));
    link = new MqttLink(vertx, options, Optional::empty, this);
    await(link.start());
  }

  static Envelope envelope(Command command) {
    return envelope(command, Instant.now().plusSeconds(600));
  }

  static Envelope envelope(Command command, Instant deadline) {
    return new Envelope(
        CommandId.next(), OperationId.next(), HOST, Instant.now(), deadline, command);
  }

  /** Sends a command and waits until the broker has it. */
  CommandId send(Command command) {
    var envelope = envelope(command);
    send(envelope);
    return envelope.id();
  }

  void send(Envelope envelope) {
    sendBytes(Wire.write(envelope));
  }

  void sendBytes(byte[] bytes) {
    var topic = Topics.of(HOST, Topics.Kind.COMMAND);
    await(link.publish(Outgoing.of(topic, Buffer.buffer(bytes))));
  }

  /** Sends input to the stream of a command. */
  void input(CommandId id, Input input) {
    var topic = Topics.of(HOST, Topics.Kind.INPUT, id);
    await(link.publish(Outgoing.of(topic, Buffer.buffer(Wire.write(input)))));
  }

  /** Waits for the last reply to a command. */
  Reply outcome(CommandId id) {
    Eventually.holds("an outcome of " + id + " in " + replies, () -> !outcomes(id).isEmpty());
    return outcomes(id).getFirst();
  }

  /** All last replies to a command so far. */
  List<Reply> outcomes(CommandId id) {
    return replies(id).stream().filter(Reply::last).toList();
  }

  List<Reply> replies(CommandId id) {
    return replies.stream()
        .filter(message -> message.command().equals(id))
        .map(ReplyMessage::reply)
        .toList();
  }

  Optional<Presence> presence() {
    return presences.isEmpty() ? Optional.empty() : Optional.of(presences.getLast());
  }

  @Override
  public void connected(boolean sessionPresent) {}

  @Override
  public void disconnected(LinkException.Down reason) {}

  @Override
  public void received(Received message) {
    var bytes = message.payload().getBytes();
    switch (Topics.parse(message.topic()).orElseThrow().kind()) {
      case REPLY -> keep(replies, Wire.read(bytes, ReplyMessage.class));
      case EVENT -> keep(events, Wire.read(bytes, EventMessage.class));
      case STATE -> keep(states, Wire.read(bytes, HostState.class));
      case PRESENCE -> keep(presences, Wire.read(bytes, Presence.class));
      case METRICS -> metrics.add(bytes);
      case OUTPUT -> outputs.add(Wire.read(bytes, Output.class));
      default -> throw new AssertionError(message.topic());
    }
    message.acknowledge();
  }

  @Override
  public void close() {
    await(link.stop());
    await(vertx.close());
  }

  private <T> void keep(List<T> kept, T message) {
    kept.add(message);
    all.add(message);
  }

  private static Subscription subscription(Topics.Kind kind) {
    return new Subscription(Topics.filter(HOST, kind), Qos.AT_LEAST_ONCE);
  }

  static <T> T await(io.vertx.core.Future<T> future) {
    try {
      return future.await(30, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("not done within 30 s", e);
    }
  }
}
