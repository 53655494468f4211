package berth.controller.operation;

import berth.controller.operation.TargetState.Accepted;
import berth.controller.operation.TargetState.Listening;
import berth.protocol.CommandId;
import berth.protocol.HostId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.reply.Reply;
import berth.protocol.reply.ReplyMessage;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What hosts answer. A reply may come twice, late or out of order: each is held against the state
 * that its target is in. For the core's context alone.
 */
public final class Replies {
  private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

  private final Moves moves;
  private Map<CommandId, ReplyMessage> progress = new LinkedHashMap<>();

  Replies(Moves moves) {
    this.moves = moves;
  }

  /** Takes a reply; done when what it changes is durable. */
  public Future<Void> reply(ReplyMessage message) {
    return switch (message.reply()) {
      case Reply.Progress _ -> {
        progress.put(message.command(), message);
        yield Future.succeededFuture();
      }
      case Reply.Accepted _, Reply.Succeeded _, Reply.Failed _ ->
          moves.write(step -> {
            OperationStore.target(step.tx(), message.command())
                .filter(target -> answers(message, target))
                .ifPresent(target -> take(step, target, message));
            return null;
          });
    };
  }

  /** Writes down the newest progress of each command that told some since the last call. */
  public Future<Void> flushProgress() {
    if (progress.isEmpty()) {
      return Future.succeededFuture();
    }
    var newest = List.copyOf(progress.values());
    progress = new LinkedHashMap<>();
    return moves
        .write(step ->
            newest.stream()
                .filter(message -> message.reply() instanceof Reply.Progress)
                .map(message ->
                    OperationStore.progress(
                        step.tx(),
                        message.command(),
                        message.host(),
                        (Reply.Progress) message.reply()))
                .toList())
        .map(operations -> {
          operations.forEach(operation -> operation.ifPresent(moves::changed));
          return null;
        });
  }

  /**
   * A host lost its journal: what it had accepted before will not be answered.
   *
   * @param at when, by the clock that also told when it accepted something
   */
  public Future<Void> journalLost(HostId host, Instant at) {
    var problem =
        new Problem(
            ProblemCode.INTERRUPTED,
            "host " + host + " lost its journal while this ran: how far it came is not known",
            "look at what is there, then ask again where it is needed");
    return moves.write(step -> {
      for (var target : OperationStore.acceptedBefore(step.tx(), host, at)) {
        if (target.state() instanceof Accepted accepted) {
          step.move(target, accepted.lose(at, problem));
        }
      }
      return null;
    });
  }

  private static void take(Moves.Step step, Target target, ReplyMessage message) {
    if (target.state() instanceof Listening listening) {
      listening
          .on(message.at(), withReason(message.reply(), target))
          .ifPresent(next -> step.move(target, next));
    }
  }

  private static boolean answers(ReplyMessage message, Target target) {
    var right = target.envelope().host().equals(message.host());
    if (!right) {
      LOG.warn(
          "host={} command={} answered a command of another host; ignored",
          message.host(),
          message.command());
    }
    return right;
  }

  /** A host knows that a command was cancelled, the controller knows why. */
  private static Reply withReason(Reply reply, Target target) {
    if (reply instanceof Reply.Failed(var problem)
        && problem.code() == ProblemCode.CANCELLED
        && target.cancel().isPresent()) {
      var message = problem.message() + ": " + target.cancel().get();
      return new Reply.Failed(
          new Problem(problem.code(), message, problem.remedy(), problem.log()));
    }
    return reply;
  }
}
