package berth.controller.operation;

import berth.controller.store.Database;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.ProblemCode;
import berth.protocol.command.HostCommand.Cancel;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Tells hosts what somebody wants ended. The wish stands in the database until the broker has it.
 * For the core's context alone.
 */
final class Cancellations {
  private static final int MOST_AT_ONCE = 200;

  /**
   * How long a wish may wait at the broker for a host that is away, past the command's deadline.
   */
  private static final Duration LIFETIME = Duration.ofDays(7);

  private final Database database;
  private final Clock clock;
  private final HostLink link;
  private boolean sending;
  private boolean again;

  Cancellations(Database database, Clock clock, HostLink link) {
    this.database = database;
    this.clock = clock;
    this.link = link;
  }

  /** Sends what there is to send, unless that is under way: then once more after it. */
  void send() {
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    again = false;
    database
        .read(tx -> OperationStore.toCancel(tx, MOST_AT_ONCE))
        .compose(this::sendAll)
        .onComplete(sent -> {
          sending = false;
          if (sent.succeeded() && (again || sent.result() == MOST_AT_ONCE)) {
            send();
          }
        });
  }

  /**
   * Tells a host once more what shall be ended there: an agent that died takes up what it had
   * accepted, and has forgotten that it was to be cancelled.
   */
  void sendAgain(HostId host) {
    database
        .write(tx -> {
          OperationStore.cancelAgain(tx, host);
          return null;
        })
        .onComplete(_ -> send());
  }

  /** Done with how many were dealt with; fails where one could not be sent now. */
  private Future<Integer> sendAll(List<Target> targets) {
    return Future.join(targets.stream().map(this::send).toList()).map(_ -> targets.size());
  }

  private Future<Void> send(Target target) {
    return link.send(cancel(target.envelope()))
        .recover(failure ->
            BerthException.problemOf(failure).code() == ProblemCode.UNAVAILABLE
                ? Future.failedFuture(failure)
                : Future.succeededFuture())
        .compose(_ -> recorded(target));
  }

  private Future<Void> recorded(Target target) {
    return database.write(tx -> {
      OperationStore.cancelSent(tx, target.envelope().id(), clock.instant());
      return null;
    });
  }

  private Envelope cancel(Envelope command) {
    var now = clock.instant();
    return new Envelope(
        CommandId.next(),
        command.operation(),
        command.host(),
        now,
        later(now, command.deadline()).plus(LIFETIME),
        new Cancel(command.id()));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
