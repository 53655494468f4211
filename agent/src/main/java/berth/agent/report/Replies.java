package berth.agent.report;

import berth.agent.dispatch.Accepted;
import berth.agent.dispatch.Outcomes;
import berth.agent.journal.Journal;
import berth.agent.journal.Journal.Known;
import berth.protocol.Bytes;
import berth.protocol.CommandId;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Topics;
import berth.protocol.Wire;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Publisher;
import berth.protocol.mqtt.Qos;
import berth.protocol.reply.Reply;
import berth.protocol.reply.ReplyMessage;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/** Answers commands: the last reply is in the journal and in the outbox in one commit. */
public final class Replies implements Outcomes {
  private static final Problem FORGOTTEN =
      new Problem(
          ProblemCode.INTERRUPTED,
          "the host knows nothing of this command any more: its journal is gone",
          "look at what is there, then ask again where it is needed");

  private final HostId host;
  private final Journal journal;
  private final Publisher publisher;
  private final Runnable wakeOutbox;
  private final InstantSource clock;

  /**
   * Replies of one host.
   *
   * @param publisher takes what need not be kept
   * @param wakeOutbox called when there is something new in the outbox
   */
  public Replies(
      HostId host, Journal journal, Publisher publisher, Runnable wakeOutbox, InstantSource clock) {
    this.host = host;
    this.journal = journal;
    this.publisher = publisher;
    this.wakeOutbox = wakeOutbox;
    this.clock = clock;
  }

  /** Puts a reply into the outbox together with other changes to the journal. */
  public void send(Journal.Page page, CommandId command, OperationId operation, Reply reply) {
    send(page, bytes(command, operation, reply));
  }

  /** Puts a reply as it was given before into the outbox again. */
  public void send(Journal.Page page, Bytes stored) {
    page.send(OutgoingBytes.write(outgoing(stored)));
  }

  /** What {@link #send} has put into the outbox may go out now, because it is durable. */
  public void sent() {
    wakeOutbox.run();
  }

  @Override
  public Future<Void> finished(Accepted accepted, Reply last) {
    return finished(accepted.id(), accepted.envelope().operation(), last);
  }

  /** Ends a command with its last reply. */
  public Future<Void> finished(CommandId command, OperationId operation, Reply last) {
    var message = bytes(command, operation, last);
    return Future.fromCompletionStage(
            journal.write(page -> {
              page.finish(command, message);
              send(page, message);
              return null;
            }))
        .onSuccess(_ -> sent())
        .mapEmpty();
  }

  /**
   * Answers a command that was accepted once more; done when that is durable. What the journal does
   * not know any more will have no other outcome.
   */
  public CompletableFuture<Void> again(CommandId command, OperationId operation) {
    return journal
        .write(page -> {
          switch (page.known(command)) {
            case Known.Answered(var stored) -> send(page, stored);
            case Known.Running() -> {}
            case Known.Unseen() -> send(page, command, operation, new Reply.Failed(FORGOTTEN));
          }
          return (Void) null;
        })
        .whenComplete((_, _) -> sent());
  }

  @Override
  public void progressed(Accepted accepted, Reply.Progress progress) {
    var message = outgoing(bytes(accepted.id(), accepted.envelope().operation(), progress));
    publisher.publish(message.with(Qos.AT_MOST_ONCE));
  }

  private Bytes bytes(CommandId command, OperationId operation, Reply reply) {
    var message = new ReplyMessage(command, operation, host, clock.instant(), reply);
    return Bytes.of(Wire.write(message));
  }

  private Outgoing outgoing(Bytes payload) {
    return Outgoing.of(Topics.of(host, Topics.Kind.REPLY), Buffer.buffer(payload.array()));
  }
}
