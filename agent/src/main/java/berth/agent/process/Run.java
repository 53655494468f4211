package berth.agent.process;

import static berth.agent.systemd.dbus.Bus.await;

import berth.agent.linux.LinuxException;
import berth.agent.systemd.JobResult;
import berth.agent.systemd.MachineBus;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.Properties;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The course of one program: start, wait, read the result, let go. Runs on a virtual thread. */
final class Run {
  private static final Logger LOG = System.getLogger(Run.class.getName());
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final int RECONNECTS = 20;
  private static final Duration RECONNECT_AFTER = Duration.ofMillis(250);
  private static final int SIGKILL = 9;
  private static final int REASON_LIMIT = 5;
  private static final Properties NOTHING = new Properties(Map.of());

  private final ProcessSpec spec;
  private final MachineBuses buses;
  private final Stdio stdio;
  private final CompletableFuture<Outcome> finished = new CompletableFuture<>();
  private final CompletableFuture<Void> started = new CompletableFuture<>();
  private volatile boolean cancelled;

  Run(ProcessSpec spec, MachineBuses buses, Stdio stdio) {
    this.spec = spec;
    this.buses = buses;
    this.stdio = stdio;
  }

  CompletableFuture<Outcome> finished() {
    return finished;
  }

  Stdio stdio() {
    return stdio;
  }

  /** From begin to end; completes {@link #finished} whatever happens. */
  void go() {
    Outcome outcome;
    try {
      outcome = course();
    } catch (BusException e) {
      outcome = Endings.of(e, started.isDone());
    } catch (LinuxException e) {
      outcome = new Outcome.NotStarted(Outcome.Reason.REFUSED, e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a defect while " + spec.unit() + " ran in " + spec.container(), e);
      outcome = new Outcome.Lost("a defect of the agent: " + e);
    }
    Outcome end = outcome;
    var _ = stdio.drain().thenRunAsync(() -> finished.complete(end), Thread::startVirtualThread);
  }

  /** Stops the unit; kills it where stopping takes too long. */
  void cancel() {
    if (cancelled) {
      return;
    }
    cancelled = true;
    var _ = started.thenRunAsync(this::stop, Thread::startVirtualThread);
  }

  /** Sends a signal to the program and its children, as soon as it has begun. */
  void signal(int number) {
    var _ = started.thenRunAsync(() -> send(number), Thread::startVirtualThread);
  }

  private Outcome course() throws LinuxException {
    MachineBus machine = buses.open(spec.container());
    stdio.give(machine.uidShift());
    if (cancelled) {
      return new Outcome.Cancelled();
    }
    try {
      return watched(machine, end -> begin(machine.systemd(), end));
    } catch (BusException e) {
      if (!started.isDone() || !e.is(BusException.DISCONNECTED)) {
        throw e;
      }
      MachineBus again = reconnected(machine);
      return watched(again, end -> resume(again.systemd(), end));
    }
  }

  /** What is done with a unit that is watched, until its end is known. */
  private interface Course {
    Outcome follow(UnitEnd end);
  }

  private Outcome watched(MachineBus machine, Course course) {
    var end = new UnitEnd();
    try (Bus.Subscription _ = machine.systemd().watch(spec.unit(), end)) {
      Outcome outcome = course.follow(end);
      boolean stopping =
          outcome instanceof Outcome.Signalled && machine.systemd().state().equals("stopping");
      if (cancelled) {
        return new Outcome.Cancelled();
      }
      return stopping ? new Outcome.Lost("container " + spec.container() + " stopped") : outcome;
    }
  }

  private Outcome begin(Systemd systemd, UnitEnd end) {
    var job = systemd.startTransient(Units.of(spec, stdio));
    started.complete(null);
    JobResult result = await(job);
    stdio.connected();
    if (result.isDone()) {
      return Endings.ofStarted(spec, await(end.told()));
    }
    var told = end.told().copy().completeOnTimeout(NOTHING, REASON_LIMIT, TimeUnit.SECONDS);
    return Endings.ofNotStarted(spec, result, cancelled ? NOTHING : await(told));
  }

  private Outcome resume(Systemd systemd, UnitEnd end) {
    Properties now = await(systemd.ending(spec.unit()));
    boolean over = UnitEnd.isEnd(now) || now.text("ActiveState").equals("inactive");
    return Endings.ofStarted(spec, over ? now : await(end.told()));
  }

  /** The container's dbus-daemon may have been restarted while the program goes on. */
  private MachineBus reconnected(MachineBus former) {
    for (int i = 0; i < RECONNECTS; i++) {
      try {
        MachineBus machine = buses.open(spec.container());
        if (machine.leader() == former.leader()) {
          return machine;
        }
        break;
      } catch (BusException e) {
        if (!e.is(MachineBuses.NO_BUS)) {
          break;
        }
        LockSupport.parkNanos(RECONNECT_AFTER.toNanos());
      }
    }
    throw new BusException(
        BusException.DISCONNECTED, "container " + spec.container() + " stopped meanwhile");
  }

  private void send(int signal) {
    try {
      buses.open(spec.container()).systemd().kill(spec.unit(), signal);
    } catch (BusException e) {
      LOG.log(Level.INFO, spec.unit() + " in " + spec.container() + " took no signal: " + e);
    }
  }

  private void stop() {
    try {
      Systemd systemd = buses.open(spec.container()).systemd();
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
