package berth.controller;

import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.Topics;
import berth.protocol.Topics.Kind;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.CopyCommand;
import berth.protocol.command.HostCommand.Cancel;
import berth.protocol.command.HostCommand.ReportOutcome;
import berth.protocol.command.HostCommand.ReportState;
import berth.protocol.command.ImageCommand;
import berth.protocol.command.ProcessCommand;
import berth.protocol.command.ViewCommand;
import berth.protocol.event.Event;
import berth.protocol.event.EventMessage;
import berth.protocol.mqtt.Backoff;
import berth.protocol.mqtt.LinkException;
import berth.protocol.mqtt.MemoryOutboxStore;
import berth.protocol.mqtt.MqttLink;
import berth.protocol.mqtt.MqttLinkOptions;
import berth.protocol.mqtt.MqttLinkOptions.Subscription;
import berth.protocol.mqtt.Outbox;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Qos;
import berth.protocol.mqtt.Received;
import berth.protocol.reply.Reply;
import berth.protocol.reply.ReplyMessage;
import berth.protocol.state.HostState;
import berth.protocol.state.Presence;
import berth.protocol.stream.Input;
import berth.protocol.stream.Output;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An agent without a host: it says what a test has it say, over the real wire. */
final class TestAgent implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<Envelope> commands = new LinkedBlockingQueue<>();
  private final BlockingQueue<Envelope> requestsForState = new LinkedBlockingQueue<>();
  private final BlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
  private final HostId host;
  private final long epoch;
  private final MqttLink link;
  private final Outbox outbox;
  private long connection;

  /** An agent at its so-manieth start. */
  TestAgent(HostId host, int port, long epoch) {
    this.host = host;
    this.epoch = epoch;
    var options =
        MqttLinkOptions.of("127.0.0.1", port, "agent-" + host)
            .with(new Backoff(Duration.ofMillis(50), Duration.ofMillis(500)))
            .subscribing(
                new Subscription(Topics.filter(host, Kind.COMMAND), Qos.AT_LEAST_ONCE),
                new Subscription(Topics.filter(host, Kind.INPUT), Qos.AT_LEAST_ONCE));
    this.link = new MqttLink(vertx, options, this::will, new Ears());
    this.outbox = new Outbox(vertx, link, new MemoryOutboxStore(), (_, _) -> {});
  }

  /** Connects, and stays so through whatever happens to the broker. */
  void connect() {
    CoreFixture.await(link.start());
  }

  /** The next command that came, but for requests to report something. */
  Envelope command() throws InterruptedException {
    return taken(commands.poll(60, TimeUnit.SECONDS));
  }

  /** The next input that came. */
  Input input() throws InterruptedException {
    return taken(inputs.poll(60, TimeUnit.SECONDS));
  }

  /** Returns once the state was asked for. */
  void awaitRequestForState() throws InterruptedException {
    taken(requestsForState.poll(60, TimeUnit.SECONDS));
  }

  void reply(Envelope command, Reply reply) {
    var message = new ReplyMessage(command.id(), command.operation(), host, Instant.now(), reply);
    send(Kind.REPLY, message);
  }

  void event(long sequence, Event event) {
    send(Kind.EVENT, new EventMessage(host, epoch, sequence, Instant.now(), event));
  }

  void state(HostState state) {
    CoreFixture.await(publish(Topics.of(host, Kind.STATE), state, true));
  }

  Future<Void> output(CommandId command, Output output) {
    return publish(Topics.of(host, Kind.OUTPUT, command), output, false);
  }

  /** Dies without a word: the broker has to notice and to publish the will. */
  void die() {
    CoreFixture.await(vertx.close());
  }

  @Override
  public void close() {
    CoreFixture.await(link.stop());
    CoreFixture.await(vertx.close());
  }

  private void send(Kind kind, Object message) {
    CoreFixture.await(
        outbox.send(Outgoing.of(Topics.of(host, kind), Buffer.buffer(Wire.write(message)))));
  }

  private Future<Void> publish(String topic, Object message, boolean retained) {
    var outgoing = Outgoing.of(topic, Buffer.buffer(Wire.write(message)));
    return link.publish(retained ? outgoing.asRetained() : outgoing);
  }

  private Optional<Outgoing> will() {
    connection++;
    return Optional.of(presence(Presence.Status.OFFLINE));
  }

  private Outgoing presence(Presence.Status status) {
    var presence = new Presence(host, status, "test", "boot", epoch, connection, Instant.now());
    return Outgoing.of(Topics.of(host, Kind.PRESENCE), Buffer.buffer(Wire.write(presence)))
        .asRetained();
  }

  private static <T> T taken(T message) {
    if (message == null) {
      throw new AssertionError("nothing came");
    }
    return message;
  }

  private final class Ears implements MqttLink.Listener {
    @Override
    public void connected(boolean sessionPresent) {
      link.publish(presence(Presence.Status.ONLINE));
    }

    @Override
    public void disconnected(LinkException.Down reason) {}

    @Override
    public void received(Received message) {
      var payload = message.payload().getBytes();
      switch (Topics.parse(message.topic()).orElseThrow().kind()) {
        case COMMAND -> {
          var command = Wire.read(payload, Envelope.class);
          switch (command.command()) {
            case ReportState _ -> requestsForState.add(command);
            case ReportOutcome _ -> {} // what there is to answer is in the outbox
            case Cancel _ -> commands.add(command);
            case ContainerCommand _,
                ImageCommand _,
                ProcessCommand _,
                ViewCommand _,
                CopyCommand _ ->
                commands.add(command);
          }
        }
        case INPUT -> inputs.add(Wire.read(payload, Input.class));
        case REPLY, OUTPUT, PRESENCE, STATE, EVENT, METRICS ->
            throw new IllegalStateException(message.topic());
      }
      message.acknowledge();
    }
  }
}
