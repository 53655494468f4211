package berth.controller.operation;

import berth.controller.store.Database;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.ProblemCode;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is written down as QUEUED, in the order in which it was written, so many at a time.
 * The database is the queue: this holds its beginning in memory, and reads it again after whatever
 * went wrong. For the core's context alone.
 */
final class CommandQueue {

  /** Is told how it went; done when that is durable. */
  interface Outcomes {
    Future<Void> sent(Envelope command);

    /** The command can never be sent. */
    Future<Void> refused(Envelope command, BerthException why);
  }

  private static final Logger LOG = LoggerFactory.getLogger(CommandQueue.class);
  private static final int MOST_UNDERWAY = 256;
  private static final int MOST_IN_MEMORY = 10_000;

  private final Database database;
  private final Clock clock;
  private final HostLink link;
  private final Outcomes outcomes;
  private final TreeMap<CommandId, Envelope> waiting = new TreeMap<>();
  private final Set<CommandId> underway = new HashSet<>();

  /** What the broker has and the database does not know that it has: not to be sent twice. */
  private final Set<CommandId> unrecorded = new HashSet<>();

  /** Whether the database may hold QUEUED commands that are not in memory. */
  private boolean more = true;

  private boolean reading;

  /** Whether sending is useless until the link is there again or some time has passed. */
  private boolean paused = true;

  CommandQueue(Database database, Clock clock, HostLink link, Outcomes outcomes) {
    this.database = database;
    this.clock = clock;
    this.link = link;
    this.outcomes = outcomes;
  }

  /** Takes a command that was just written down. */
  void add(Envelope command) {
    if (paused || more || waiting.size() >= MOST_IN_MEMORY) {
      more = true;
    } else {
      waiting.put(command.id(), command);
    }
    send();
  }

  /** Sends a command again that the broker had before. */
  void again(Envelope command) {
    if (!underway.contains(command.id())) {
      waiting.put(command.id(), command);
      send();
    }
  }

  /** Forgets a command that shall not be sent any more; one that is on its way stays so. */
  void withdraw(CommandId command) {
    waiting.remove(command);
  }

  /** Tries again from the start of the queue. */
  void resume() {
    paused = false;
    more = true;
    send();
  }

  /** Whether something went wrong since the last {@link #resume}. */
  boolean paused() {
    return paused;
  }

  private void send() {
    while (!paused && !waiting.isEmpty() && underway.size() < MOST_UNDERWAY) {
      send(waiting.pollFirstEntry().getValue());
    }
    if (!paused && more && !reading && waiting.isEmpty()) {
      read();
    }
  }

  private void send(Envelope command) {
    underway.add(command.id());
    transmit(command)
        .compose(
            _ -> outcomes.sent(command).onSuccess(_ -> unrecorded.remove(command.id())),
            failure -> failed(command, BerthException.problemOf(failure).code(), failure))
        .onFailure(failure -> {
          LOG.error("command={} could not be recorded", command.id(), failure);
          paused = true;
        })
        .onComplete(_ -> {
          underway.remove(command.id());
          send();
        });
  }

  private Future<Void> transmit(Envelope command) {
    return unrecorded.contains(command.id())
        ? Future.succeededFuture()
        : link.send(command).onSuccess(_ -> unrecorded.add(command.id()));
  }

  private Future<Void> failed(Envelope command, ProblemCode code, Throwable failure) {
    if (failure instanceof BerthException known && code != ProblemCode.UNAVAILABLE) {
      return code == ProblemCode.EXPIRED
          ? Future.succeededFuture()
          : outcomes.refused(command, known);
    }
    paused = true;
    waiting.clear();
    return Future.succeededFuture();
  }

  private void read() {
    reading = true;
    more = false;
    database
        .read(tx -> OperationStore.queued(tx, clock.instant(), MOST_IN_MEMORY))
        .onComplete(read -> {
          reading = false;
          if (read.failed()) {
            LOG.error("the queue of commands can't be read", read.cause());
            paused = true;
            return;
          }
          more |= read.result().size() == MOST_IN_MEMORY;
          for (var command : read.result()) {
            if (!underway.contains(command.id())) {
              waiting.put(command.id(), command);
            }
          }
          send();
        });
  }
}
