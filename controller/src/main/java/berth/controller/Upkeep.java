package berth.controller;

import berth.controller.fleet.EventJournal;
import berth.controller.fleet.Fleet;
import berth.controller.operation.OperationLedger;
import berth.controller.transfer.TransferStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be done from time to time, on the core's context; never twice at once. */
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration PROGRESS = Duration.ofMillis(250);
  private static final Duration SWEEP = Duration.ofMinutes(10);

  /** How long hosts may take after a start to say something. */
  private static final Duration SETTLING = Duration.ofMinutes(1);

  private final Context context;
  private final List<Long> timers = new ArrayList<>();

  Upkeep(Context context) {
    this.context = context;
  }

  /** Begins. */
  void start(Fleet fleet, EventJournal journal, OperationLedger ledger, TransferStore transfers) {
    context.runOnContext(_ -> {
      every(TICK, "expiry", ledger::tick);
      every(PROGRESS, "progress", () -> ledger.replies().flushProgress());
      every(SWEEP, "sweep", () -> journal.sweep().compose(_ -> ledger.sweep()));
      every(SWEEP, "transfers", transfers::sweep);
      every(SETTLING, "request for states", () -> asked(fleet));
      timers.add(context.owner().setTimer(SETTLING.toMillis(), _ -> settle(fleet)));
    });
  }

  /** Ends; what is under way goes on. */
  Future<Void> stop() {
    var stopped = Promise.<Void>promise();
    context.runOnContext(_ -> {
      timers.forEach(context.owner()::cancelTimer);
      stopped.complete();
    });
    return stopped.future();
  }

  private static Future<Void> asked(Fleet fleet) {
    fleet.askAgain();
    return Future.succeededFuture();
  }

  private static void settle(Fleet fleet) {
    fleet
        .settle()
        .onFailure(failure -> LOG.error("not all hosts could be recorded as offline", failure));
  }

  private void every(Duration period, String what, Supplier<Future<Void>> work) {
    var once = new Once(what, work);
    timers.add(context.owner().setPeriodic(0, period.toMillis(), _ -> once.run()));
  }

  /** Some work that is left out while it still runs. */
  private static final class Once {
    private final String what;
    private final Supplier<Future<Void>> work;
    private boolean running;

    Once(String what, Supplier<Future<Void>> work) {
      this.what = what;
      this.work = work;
    }

    void run() {
      if (!running) {
        running = true;
        work.get()
            .onFailure(failure -> LOG.error("{} failed and will be tried again", what, failure))
            .onComplete(_ -> running = false);
      }
    }
  }
}
