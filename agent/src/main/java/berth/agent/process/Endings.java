package berth.agent.process;

import berth.agent.systemd.JobResult;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.Machines;
import berth.agent.systemd.Properties;
import berth.agent.systemd.dbus.BusException;

/** Reads what systemd says about a unit's end. */
final class Endings {
  private static final int EXITED = 1;
  private static final int KILLED = 2;
  private static final int DUMPED = 3;

  private Endings() {}

  /** The outcome of a program that was started and has ended. */
  static Outcome ofStarted(ProcessSpec spec, Properties end) {
    int status = (int) end.number("ExecMainStatus");
    if (end.text("Result").equals("timeout")) {
      return new Outcome.TimedOut();
    }
    return switch ((int) end.number("ExecMainCode")) {
      case EXITED -> new Outcome.Exited(status);
      case KILLED -> new Outcome.Signalled(status, false);
      case DUMPED -> new Outcome.Signalled(status, true);
      default -> new Outcome.Lost("nobody saw how " + spec.unit() + " ended");
    };
  }

  /** The outcome of a run that failed over D-Bus. */
  static Outcome of(BusException failure, boolean started) {
    return switch (failure.name()) {
      case Machines.NO_SUCH_MACHINE -> not(Outcome.Reason.NOT_RUNNING, failure.getMessage());
      case MachineBuses.NO_BUS -> not(Outcome.Reason.NO_BUS, failure.getMessage());
      case MachineBuses.PAUSED -> not(Outcome.Reason.PAUSED, failure.getMessage());
      case BusException.NO_REPLY ->
          started
              ? new Outcome.NoAnswer(failure.getMessage())
              : not(Outcome.Reason.NO_ANSWER, failure.getMessage());
      case BusException.DISCONNECTED ->
          started
              ? new Outcome.Lost(failure.getMessage())
              : not(Outcome.Reason.NOT_RUNNING, failure.getMessage());
      default -> not(Outcome.Reason.REFUSED, failure.getMessage());
    };
  }

  /**
   * The outcome of a job that failed: an exit status from 200 on is systemd's own then and not the
   * program's (systemd.exec(5), "Process Exit Codes").
   */
  static Outcome ofNotStarted(ProcessSpec spec, JobResult job, Properties end) {
    int status = (int) end.number("ExecMainStatus");
    if (end.number("ExecMainCode") == KILLED) {
      return new Outcome.Signalled(status, false); // somebody stopped the unit while it started
    }
    String program = spec.argv().getFirst();
    return switch (status) {
      case 200 ->
          not(Outcome.Reason.NO_SUCH_DIRECTORY, "no directory " + spec.directory().orElse("/"));
      case 203 -> not(Outcome.Reason.NO_SUCH_PROGRAM, "no program " + program + " to execute");
      case 216, 217 -> not(Outcome.Reason.NO_SUCH_USER, "no user " + spec.user().orElse("root"));
      default ->
          not(
              Outcome.Reason.REFUSED,
              "systemd did not start " + program + ": job " + job + ", exit status " + status);
    };
  }

  private static Outcome not(Outcome.Reason reason, String message) {
    return new Outcome.NotStarted(reason, message);
  }
}
