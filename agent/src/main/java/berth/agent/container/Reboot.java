package berth.agent.container;

import berth.agent.dispatch.Job;
import berth.agent.systemd.Machine;
import berth.agent.systemd.Machines;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.UnitStatus;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Signal;
import berth.protocol.command.WaitFor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Has a container's systemd boot it again, and waits for the new run. nspawn ends with a code of
 * its own then, for which its unit starts it again (systemd-nspawn@.service).
 */
final class Reboot {
  /** What systemd takes as {@code systemctl reboot} (systemd(1), "Signals"). */
  private static final Signal ASK = Signal.of("RTMIN+5");

  /** The services in it have 90 s to stop, and its boot as long. */
  private static final Duration LIMIT = Duration.ofMinutes(4);

  private final Systemd systemd;
  private final Machines machines;
  private final Starter starter;
  private final UnitJournal journal;

  Reboot(Systemd systemd, Machines machines, Starter starter, UnitJournal journal) {
    this.systemd = systemd;
    this.machines = machines;
    this.starter = starter;
    this.journal = journal;
  }

  /** Asks once and waits; a repeat that finds the new run only waits. */
  void perform(ContainerName container, WaitFor until, Job job) {
    if (job.attempt() > 1 && hasBegun(container, job)) {
      starter.start(container, until, job);
      return;
    }
    var machine = machines.find(container).orElseThrow(() -> Freezer.notRunning(container));
    var unit = UnitName.of(container);
    var before = systemd.status(unit);
    requireAble(machine, before);
    var settling = new Settling(systemd, unit, until, before.invocation());
    job.onCancel(settling::cancel);
    try (var _ = systemd.watch(unit, settling)) {
      job.progress("rebooting");
      machines.signalLeader(container, ASK.number());
      settling.begun();
      if (!settling.within(LIMIT)) {
        throw late(container, unit);
      }
    }
    var after = systemd.status(unit);
    if (!settling.isThere(after)) {
      throw stayedDown(container, after);
    }
  }

  /** Whether the run that an earlier attempt asked to end has ended. */
  private boolean hasBegun(ContainerName container, Job job) {
    var between =
        machines.find(container).isEmpty() && !systemd.status(UnitName.of(container)).isDown();
    return between || starter.startedSince(container, job.acceptedAt());
  }

  private static void requireAble(Machine machine, UnitStatus unit) {
    var name = machine.name();
    if (!machine.unit().equals(unit.unit().value())) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "the container " + name + " was not started by its unit but runs in " + machine.unit(),
          "reboot it where it was started, or stop it and start it by its unit");
    }
    if (unit.frozen()) {
      throw Freezer.paused(name);
    }
    if (!runsSystemd(machine)) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "the init of the container " + name + " is not systemd and can't be asked to reboot",
          "stop and start it instead, as by: berth restart HOST/" + name);
    }
  }

  /** The link is the kernel's; where it leads to, the container only could choose by its name. */
  private static boolean runsSystemd(Machine machine) {
    try {
      var program = Files.readSymbolicLink(Path.of("/proc", "" + machine.leader(), "exe"));
      return program.getFileName().toString().replace(" (deleted)", "").equals("systemd");
    } catch (IOException _) {
      return false; // it ended a moment ago
    }
  }

  private BerthException late(ContainerName container, UnitName unit) {
    var told = journal.about(unit, systemd.status(unit).invocation());
    return new BerthException(
        new Problem(
                ProblemCode.TIMEOUT,
                "the container "
                    + container
                    + " had not rebooted within "
                    + LIMIT.toSeconds()
                    + " s",
                "see what it waits for: berth logs; berth restart does not ask its init")
            .withLog(told.log()));
  }

  private BerthException stayedDown(ContainerName container, UnitStatus status) {
    var told = journal.about(status.unit(), status.invocation());
    var why = told.reason().orElseGet(() -> Inspector.ending(status));
    return new BerthException(
        new Problem(
                ProblemCode.FAILED,
                "the container " + container + " went down and did not come back: " + why,
                "start it: berth start HOST/" + container)
            .withLog(told.log()));
  }
}
