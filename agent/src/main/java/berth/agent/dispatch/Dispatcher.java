package berth.agent.dispatch;

import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.Command;
import berth.protocol.reply.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands each accepted command to the feature that performs it, when its turn in its lane has come,
 * and sees to it that it ends with exactly one last reply.
 */
public final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** A command that killed the agent this often is not tried again. */
  private static final int MOST_ATTEMPTS = 5;

  private static final long RETRY_MILLIS = 1000;

  /** Features set their own limits; the bus wants one as well. */
  private static final DeliveryOptions NO_LIMIT =
      new DeliveryOptions().setSendTimeout(Duration.ofDays(365).toMillis());

  private final Vertx vertx;
  private final Context context;
  private final Function<Command, Route> routes;
  private final Outcomes outcomes;
  private final InstantSource clock;
  private final Lanes lanes = new Lanes();
  private final Map<CommandId, Run> runs = new ConcurrentHashMap<>();
  private final Promise<Void> quiet = Promise.promise();
  private boolean stopping;

  public Dispatcher(
      Vertx vertx, Function<Command, Route> routes, Outcomes outcomes, InstantSource clock) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.routes = routes;
    this.outcomes = outcomes;
    this.clock = clock;
  }

  /** Takes a command that is in the journal. Those of one lane must come in their order. */
  public void accept(Accepted accepted) {
    context.runOnContext(_ -> enter(accepted));
  }

  /**
   * Ends a command as {@code CANCELLED}, at once where it waits for its turn, and otherwise as soon
   * as its feature gives way. Blocks while the feature does so; one that has ended is let be.
   */
  public void cancel(CommandId id) {
    var run = runs.get(id);
    if (run != null) {
      run.cancel();
      context.runOnContext(_ -> endIfWaiting(run));
    }
  }

  /** How many commands are under way or wait for their turn. */
  public int size() {
    return runs.size();
  }

  /**
   * Begins nothing any more; what waits stays in the journal. Done when nothing runs, or when the
   * time for that is over.
   */
  public Future<Void> stop(Duration grace) {
    context.runOnContext(_ -> {
      stopping = true;
      vertx.setTimer(grace.toMillis(), _ -> quiet.tryComplete());
      completeWhenQuiet();
    });
    return quiet.future();
  }

  private void enter(Accepted accepted) {
    var route = routes.apply(accepted.envelope().command());
    var run = new Run(accepted, route, progress -> outcomes.progressed(accepted, progress));
    runs.put(run.id(), run);
    if (lanes.enter(run)) {
      begin(run);
    }
  }

  private void begin(Run run) {
    if (run.finished) {
      return;
    }
    if (run.cancelled()) {
      finish(run, failed(ProblemCode.CANCELLED, "cancelled before it began"));
    } else if (run.expired(clock.instant())) {
      finish(run, failed(ProblemCode.EXPIRED, "its deadline passed while others ran before it"));
    } else if (run.attempt() > MOST_ATTEMPTS) {
      finish(run, failed(ProblemCode.INTERRUPTED, "the agent died " + MOST_ATTEMPTS + " times"));
    } else if (!stopping) {
      perform(run);
    }
  }

  private void perform(Run run) {
    run.started = true;
    vertx
        .eventBus()
        .<Reply>request(
            run.address(), new Work<>(run.accepted().envelope().command(), run), NO_LIMIT)
        .map(answer -> answer.body())
        .onSuccess(reply -> finish(run, run.cancelled() ? afterCancel(reply) : reply))
        .onFailure(bug -> unanswered(run, bug));
  }

  /**
   * In the middle of an end that is no defect: the journal has it, and it goes on with the next.
   */
  private void unanswered(Run run, Throwable bug) {
    if (!stopping) {
      LOG.error("command={} no answer from {}", run.id(), run.address(), bug);
      finish(run, new Reply.Failed(BerthException.problemOf(bug)));
    }
  }

  private void finish(Run run, Reply reply) {
    run.finished = true;
    outcomes
        .finished(run.accepted(), reply)
        .onComplete(kept -> context.runOnContext(_ -> finished(run, reply, kept.succeeded())));
  }

  private void finished(Run run, Reply reply, boolean kept) {
    if (kept) {
      leave(run);
    } else {
      vertx.setTimer(RETRY_MILLIS, _ -> finish(run, reply));
    }
  }

  private void leave(Run run) {
    runs.remove(run.id());
    lanes.leave(run).forEach(this::begin);
    completeWhenQuiet();
  }

  private void endIfWaiting(Run run) {
    if (!run.started && !run.finished) {
      finish(run, failed(ProblemCode.CANCELLED, "cancelled before it began"));
    }
  }

  private void completeWhenQuiet() {
    if (stopping && runs.values().stream().noneMatch(run -> run.started)) {
      quiet.tryComplete();
    }
  }

  private static Reply afterCancel(Reply reply) {
    return switch (reply) {
      case Reply.Failed(var problem)
          when problem.code() != ProblemCode.INTERNAL && problem.code() != ProblemCode.CANCELLED ->
          new Reply.Failed(
              new Problem(
                  ProblemCode.CANCELLED, problem.message(), problem.remedy(), problem.log()));
      case Reply.Failed _, Reply.Succeeded _, Reply.Accepted _, Reply.Progress _ -> reply;
    };
  }

  private static Reply failed(ProblemCode code, String message) {
    return new Reply.Failed(new Problem(code, message));
  }
}
