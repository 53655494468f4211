package berth.controller.link;

import berth.controller.operation.HostLink;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Topics;
import berth.protocol.Topics.Kind;
import berth.protocol.Wire;
import berth.protocol.command.HostCommand.ReportState;
import berth.protocol.mqtt.LinkException;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Publisher;
import berth.protocol.stream.Input;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the broker what is for the hosts. A command lives there until its deadline. */
public final class CommandSender implements HostLink {
  private static final Logger LOG = LoggerFactory.getLogger(CommandSender.class);
  private static final Duration STATE_WANTED_FOR = Duration.ofMinutes(1);

  /** A program whose host is away for so long has lost its reader by then. */
  private static final Duration INPUT_WANTED_FOR = Duration.ofMinutes(5);

  /** What the broker takes is 1 MiB with topic and properties. */
  private static final int MOST_BYTES = 1_000_000;

  private final Publisher publisher;
  private final BooleanSupplier connected;
  private final Clock clock;

  public CommandSender(Publisher publisher, BooleanSupplier connected, Clock clock) {
    this.publisher = publisher;
    this.connected = connected;
    this.clock = clock;
  }

  @Override
  public Future<Void> send(Envelope command) {
    var topic = Topics.of(command.host(), Kind.COMMAND);
    return publish(
        Outgoing.of(topic, Buffer.buffer(Wire.write(command))).expiringAt(command.deadline()));
  }

  @Override
  public Future<Void> send(HostId host, CommandId command, Input input) {
    var topic = Topics.of(host, Kind.INPUT, command);
    return publish(
        Outgoing.of(topic, Buffer.buffer(Wire.write(input)))
            .expiringAt(clock.instant().plus(INPUT_WANTED_FOR)));
  }

  /**
   * Asks a host to publish its whole state; one that is away for a while is not asked later.
   *
   * @return the command that it answers, if it is there
   */
  public CommandId askForState(HostId host) {
    var now = clock.instant();
    var request =
        new Envelope(
            CommandId.next(),
            OperationId.next(),
            host,
            now,
            now.plus(STATE_WANTED_FOR),
            new ReportState());
    send(request)
        .onFailure(e -> LOG.warn("host={} not asked for its state: {}", host, e.getMessage()));
    return request.id();
  }

  @Override
  public void whenConnected(Runnable action) {
    publisher.whenConnected(action);
  }

  @Override
  public boolean connected() {
    return connected.getAsBoolean();
  }

  private Future<Void> publish(Outgoing message) {
    if (message.payload().length() > MOST_BYTES) {
      return Future.failedFuture(
          new BerthException(
              ProblemCode.TOO_LARGE,
              "the message has " + message.payload().length() + " bytes, " + MOST_BYTES + " can go",
              "send files by an upload, and input by the operation's input"));
    }
    return publisher.publish(message).recover(failure -> Future.failedFuture(told(failure)));
  }

  private static Throwable told(Throwable failure) {
    return failure instanceof LinkException known
        ? new BerthException(problem(known), known)
        : failure;
  }

  private static Problem problem(LinkException failure) {
    return switch (failure) {
      case LinkException.Down down ->
          new Problem(ProblemCode.UNAVAILABLE, "the broker can't be reached: " + down.getMessage());
      case LinkException.Busy busy ->
          new Problem(ProblemCode.UNAVAILABLE, "too much waits to be sent: " + busy.getMessage());
      case LinkException.Expired expired ->
          new Problem(ProblemCode.EXPIRED, "the deadline passed: " + expired.getMessage());
      case LinkException.Refused refused when refused.forGood() ->
          new Problem(ProblemCode.FAILED, "the broker refused it: " + refused.getMessage());
      case LinkException.Refused refused ->
          new Problem(
              ProblemCode.UNAVAILABLE, "the broker refused it for now: " + refused.getMessage());
    };
  }
}
