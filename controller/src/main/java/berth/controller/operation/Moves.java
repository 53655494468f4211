package berth.controller.operation;

import berth.controller.fleet.EventJournal;
import berth.controller.model.FleetEvent;
import berth.controller.model.OperationView;
import berth.controller.operation.TargetState.Ended;
import berth.controller.store.Database;
import berth.controller.store.Transaction;
import berth.protocol.Envelope;
import berth.protocol.OperationId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves targets from state to state, and tells those who care once that is durable. For the core's
 * context alone, but for the work itself.
 */
final class Moves {
  private static final Logger LOG = LoggerFactory.getLogger(Moves.class);

  private final Database database;
  private final EventJournal journal;
  private final List<TargetWatcher> watchers = new ArrayList<>();
  private final List<Consumer<OperationId>> changeWatchers = new ArrayList<>();

  Moves(Database database, EventJournal journal) {
    this.database = database;
    this.journal = journal;
  }

  void watch(TargetWatcher watcher) {
    watchers.add(watcher);
  }

  void onChange(Consumer<OperationId> watcher) {
    changeWatchers.add(watcher);
  }

  /** Does some work in a transaction; done when that is durable and those who care were told. */
  <T> Future<T> write(Function<Step, T> work) {
    return database
        .write(tx -> {
          var step = new Step(tx);
          return new Done<>(work.apply(step), step.changes);
        })
        .map(done -> {
          done.changes.forEach(this::tell);
          return done.result;
        });
  }

  /** Tells that a command was written down. */
  void submitted(Envelope command) {
    watchers.forEach(watcher -> watcher.submitted(command));
  }

  /** Tells that an operation's view changed though no target moved. */
  void changed(OperationId operation) {
    changeWatchers.forEach(watcher -> watcher.accept(operation));
  }

  private void tell(Change change) {
    var command = change.command();
    changed(command.operation());
    if (change.now() instanceof Ended ended) {
      watchers.forEach(watcher -> watcher.ended(command, ended));
      LOG.info(
          "host={} operation={} command={} is {}",
          command.host(),
          command.operation(),
          command.id(),
          OperationRows.name(change.now()));
    }
    change.event().ifPresent(journal::announce);
  }

  /** A transaction in which targets move. */
  final class Step {
    private final Transaction tx;
    private final List<Change> changes = new ArrayList<>();

    private Step(Transaction tx) {
      this.tx = tx;
    }

    Transaction tx() {
      return tx;
    }

    /** Moves a target from the state it was read in. */
    void move(Target target, TargetState next) {
      var standing = OperationStore.move(tx, target, next);
      var finished = standing.changed() && standing.state() != OperationView.State.RUNNING;
      var event =
          finished
              ? OperationStore.finished(tx, target.envelope().operation())
                  .map(body -> journal.append(tx, Optional.empty(), "operation-finished", body))
              : Optional.<FleetEvent>empty();
      changes.add(new Change(target.envelope(), next, event));
    }
  }

  private record Change(Envelope command, TargetState now, Optional<FleetEvent> event) {}

  private record Done<T>(T result, List<Change> changes) {}
}
