package berth.agent.process;

import static berth.agent.systemd.dbus.Bus.await;

import berth.agent.linux.LinuxException;
import berth.agent.systemd.JobResult;
import berth.agent.systemd.Properties;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The course of one program: start, wait, read the result, let go. Runs on a virtual thread. All
 * but the program's own time is bounded, as a container may keep its answers to itself.
 */
final class Run {
  private static final Logger LOG = System.getLogger(Run.class.getName());
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final int SIGKILL = 9;
  private static final int REASON_LIMIT = 5;
  private static final Properties NOTHING = new Properties(Map.of());

  /**
   * How long who runs the program may keep quiet.
   *
   * @param begin until the program runs
   * @param end after its time limit has passed, or after it was cancelled
   */
  record Patience(Duration begin, Duration end) {
    static final Patience USUAL = new Patience(Duration.ofSeconds(60), Duration.ofSeconds(30));
  }

  private final ProcessSpec spec;
  private final Ground.Finder grounds;
  private final Stdio stdio;
  private final Patience patience;
  private final CompletableFuture<Outcome> finished = new CompletableFuture<>();
  private final CompletableFuture<Ground> started = new CompletableFuture<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile boolean begun;
  private volatile boolean cancelled;
  private volatile Optional<String> note = Optional.empty();

  Run(ProcessSpec spec, Ground.Finder grounds, Stdio stdio, Patience patience) {
    this.spec = spec;
    this.grounds = grounds;
    this.stdio = stdio;
    this.patience = patience;
  }

  CompletableFuture<Outcome> finished() {
    return finished;
  }

  Stdio stdio() {
    return stdio;
  }

  /** What is to be said of how it ran, once it has finished. */
  Optional<String> note() {
    return note;
  }

  /** From begin to end; completes {@link #finished} whatever happens. */
  void go() {
    after(patience.begin(), this::late);
    try {
      finish(course());
    } catch (BusException e) {
      finish(Endings.of(e, started.isDone()));
    } catch (Ground.NoWay e) {
      finish(e.outcome());
    } catch (LinuxException e) {
      finish(new Outcome.NotStarted(Outcome.Reason.REFUSED, e.getMessage()));
    } catch (RuntimeException e) {
      Level level = over.get() ? Level.INFO : Level.ERROR; // its streams may be gone by then
      LOG.log(level, "a defect while " + spec.unit() + " ran in " + spec.container(), e);
      finish(new Outcome.Lost("a defect of the agent: " + e));
    }
  }

  /** Stops the unit; kills it where stopping takes too long. */
  void cancel() {
    if (cancelled) {
      return;
    }
    cancelled = true;
    after(STOP_LIMIT.plus(patience.end()), this::unheeded);
    var _ = started.thenAcceptAsync(this::stop, Thread::startVirtualThread);
  }

  /** Sends a signal to the program and its children, as soon as it has begun. */
  void signal(int number) {
    var _ =
        started.thenAcceptAsync(ground -> ground.signal(spec, number), Thread::startVirtualThread);
  }

  /** Only the first outcome counts; a course that comes to its end later has nobody to tell. */
  private void finish(Outcome outcome) {
    if (over.compareAndSet(false, true)) {
      var _ =
          stdio.drain().thenRunAsync(() -> finished.complete(outcome), Thread::startVirtualThread);
    }
  }

  private void late() {
    if (!begun) {
      String limit = patience.begin().toSeconds() + " s";
      abandon(
          new Outcome.NotStarted(
              Outcome.Reason.NO_ANSWER, "what would run it did not answer within " + limit));
    }
  }

  private void overdue() {
    abandon(new Outcome.NoAnswer("its time limit passed, and nobody told its end"));
  }

  private void unheeded() {
    abandon(new Outcome.NoAnswer("it was cancelled, and nobody told its end"));
  }

  /** What may still run, or begin to, is ended as soon as anybody listens. */
  private void abandon(Outcome outcome) {
    if (!over.get()) {
      finish(outcome);
      cancel();
    }
  }

  private void after(Duration time, Runnable action) {
    var timer = new CompletableFuture<Void>();
    var _ =
        timer
            .completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS)
            .thenRunAsync(action, Thread::startVirtualThread);
    var _ = finished.whenComplete((_, _) -> timer.cancel(false)); // nor is this run kept
  }

  private Outcome course() throws LinuxException, Ground.NoWay {
    try (Ground ground = grounds.of(spec.container())) {
      note = ground.note();
      ground.give(stdio);
      if (cancelled) {
        return new Outcome.Cancelled();
      }
      var unit = ground.unit(spec, stdio);
      try {
        return watched(
            ground,
            end -> {
              var job = ground.systemd().startTransient(unit);
              started.complete(ground);
              return begin(ground, await(job), end);
            });
      } catch (BusException e) {
        if (!started.isDone() || !e.is(BusException.DISCONNECTED)) {
          throw e;
        }
        Ground again = ground.again();
        return watched(again, end -> resume(again, end));
      }
    }
  }

  /** What is done with a unit that is watched, until its end is known. */
  private interface Course {
    Outcome follow(UnitEnd end);
  }

  private Outcome watched(Ground ground, Course course) {
    var end = new UnitEnd();
    try (Bus.Subscription _ = ground.systemd().watch(spec.unit(), end)) {
      Outcome outcome = course.follow(end);
      boolean stopping = outcome instanceof Outcome.Signalled && ground.isEnding();
      if (cancelled) {
        return new Outcome.Cancelled();
      }
      return stopping ? new Outcome.Lost("container " + spec.container() + " stopped") : outcome;
    }
  }

  /** From now on the program's own limit of time counts. */
  private void hasBegun() {
    if (!begun) {
      begun = true;
      spec.timeLimit().ifPresent(limit -> after(limit.plus(patience.end()), this::overdue));
    }
  }

  private Outcome begin(Ground ground, JobResult result, UnitEnd end) {
    hasBegun();
    stdio.connected();
    if (result.isDone()) {
      return ground.ended(spec, await(end.told()));
    }
    var told = end.told().copy().completeOnTimeout(NOTHING, REASON_LIMIT, TimeUnit.SECONDS);
    return ground.notStarted(spec, result, cancelled ? NOTHING : await(told));
  }

  private Outcome resume(Ground ground, UnitEnd end) {
    hasBegun();
    Properties now = await(ground.systemd().ending(spec.unit()));
    boolean ended = UnitEnd.isEnd(now) || now.text("ActiveState").equals("inactive");
    return ground.ended(spec, ended ? now : await(end.told()));
  }

  private void stop(Ground ground) {
    try {
      Systemd systemd = ground.again().systemd();
      try {
        systemd.stop(spec.unit(), STOP_LIMIT);
      } catch (BusException e) {
        if (!e.is(BusException.NO_REPLY)) {
          throw e;
        }
        systemd.kill(spec.unit(), SIGKILL);
      }
    } catch (BusException e) {
      if (!finished.isDone() && !e.is(Systemd.NO_SUCH_UNIT)) {
        LOG.log(Level.WARNING, "can't end " + spec.unit() + " in " + spec.container(), e);
      }
    }
  }
}
