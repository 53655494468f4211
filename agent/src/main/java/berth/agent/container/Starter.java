package berth.agent.container;

import berth.agent.dispatch.Job;
import berth.agent.systemd.Machines;
import berth.agent.systemd.Properties;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.UnitStatus;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Signal;
import berth.protocol.command.WaitFor;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Starts and stops the units of containers and waits, by signals, for what comes of it. */
final class Starter {
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofMinutes(2);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(30);
  private static final Signal KILL = Signal.of("KILL");

  private final Systemd systemd;
  private final Machines machines;
  private final UnitJournal journal;
  private final Leftovers leftovers;
  private final Freezer freezer;

  Starter(
      Systemd systemd,
      Machines machines,
      Freezer freezer,
      UnitJournal journal,
      Leftovers leftovers) {
    this.systemd = systemd;
    this.machines = machines;
    this.freezer = freezer;
    this.journal = journal;
    this.leftovers = leftovers;
  }

  /** Starts a container, or leaves it running, and waits until it has come so far. */
  void start(ContainerName container, WaitFor until, Job job) {
    var unit = UnitName.of(container);
    var settling = new Settling(systemd, unit, until, "");
    job.onCancel(settling::cancel);
    try (var _ = systemd.watch(unit, settling)) {
      var properties = systemd.properties(unit);
      var before = UnitStatus.of(unit, properties);
      if (before.frozen()) {
        throw Freezer.paused(container);
      }
      if (!before.isActive()) {
        clearAfterAKill(container, before);
        job.progress("starting");
        forgetFailure(unit);
        startUnit(container, unit, properties);
      }
      job.progress(until == WaitFor.READY ? "booting" : "started");
      settling.begun();
      await(container, unit, settling);
    }
  }

  /** Stops a container, or leaves it stopped; kills it where it is not down in time. */
  void stop(ContainerName container, Optional<Duration> limit, Job job) {
    var machine = machines.find(container);
    var unit = Inspector.unit(container, machine);
    var properties = systemd.properties(unit);
    if (machine.isEmpty() && UnitStatus.of(unit, properties).isDown()) {
      return;
    }
    job.progress("stopping");
    freezer.thaw(unit);
    try {
      var own = longer(STOP_LIMIT, properties.number("TimeoutStopUSec"));
      systemd.stop(unit, limit.orElse(own));
    } catch (BusException e) {
      if (!e.is(BusException.NO_REPLY)) {
        throw e;
      }
      job.progress("it did not stop in time; killing it");
      kill(container, unit);
    }
    forgetFailure(unit); // it is down because it was asked to be, by whatever means
  }

  /** When the unit became active the last time. */
  boolean startedSince(ContainerName container, Instant since) {
    var unit = UnitName.of(container);
    var properties = systemd.properties(unit);
    var micros = properties.number("ActiveEnterTimestamp");
    return UnitStatus.of(unit, properties).isActive() && micros > since.toEpochMilli() * 1000;
  }

  /** Whether it ran at some moment since then, also where it is stopped again. */
  boolean wasActiveSince(ContainerName container, Instant since) {
    var unit = UnitName.of(container);
    return systemd.properties(unit).number("InactiveExitTimestamp") > since.toEpochMilli() * 1000;
  }

  private void kill(ContainerName container, UnitName unit) {
    if (machines.find(container).isPresent()) {
      machines.terminate(container);
    }
    try {
      systemd.kill(unit, KILL.number());
    } catch (BusException e) {
      if (!e.is(Systemd.NO_SUCH_UNIT)) {
        throw e;
      }
    }
    systemd.stop(unit, KILL_LIMIT);
  }

  private void startUnit(ContainerName container, UnitName unit, Properties properties) {
    var limit = longer(START_LIMIT, properties.number("TimeoutStartUSec"));
    var result = systemd.start(unit, limit.plusSeconds(5)); // systemd's own limit tells more
    if (!result.isDone()) {
      throw failed(container, unit, systemd.status(unit));
    }
  }

  /** The unit's own limit where that is the longer one; a negative number is "infinity". */
  private static Duration longer(Duration limit, long micros) {
    var own = Duration.ofMillis(micros / 1000).plusSeconds(5);
    return micros > 0 && own.compareTo(limit) > 0 ? own : limit;
  }

  private void clearAfterAKill(ContainerName container, UnitStatus unit) {
    if (unit.isDown() && machines.find(container).isEmpty()) {
      leftovers.clear(container);
    }
  }

  /** A unit that failed often lately would be refused (systemd.unit(5), StartLimitBurst=). */
  private void forgetFailure(UnitName unit) {
    try {
      systemd.resetFailed(unit);
    } catch (BusException e) {
      if (!e.is(Systemd.NO_SUCH_UNIT)) {
        throw e;
      }
    }
  }

  private void await(ContainerName container, UnitName unit, Settling settling) {
    if (!settling.within(START_LIMIT)) {
      throw late(container, unit);
    }
    var status = systemd.status(unit);
    if (!status.isActive()) {
      throw failed(container, unit, status);
    }
  }

  private BerthException failed(ContainerName container, UnitName unit, UnitStatus status) {
    var told = journal.about(unit, status.invocation());
    var why = told.reason().orElseGet(() -> Inspector.ending(status));
    return new BerthException(
        new Problem(ProblemCode.FAILED, "the container " + container + " did not start: " + why)
            .withLog(told.log()));
  }

  private BerthException late(ContainerName container, UnitName unit) {
    var told = journal.about(unit, systemd.status(unit).invocation());
    return new BerthException(
        new Problem(
                ProblemCode.TIMEOUT,
                "the container "
                    + container
                    + " was not ready within "
                    + START_LIMIT.toSeconds()
                    + " s",
                "see what its boot waits for: berth logs; a root without systemd never tells ready")
            .withLog(told.log()));
  }
}
