package berth.agent.process;

import berth.agent.linux.LinuxException;
import berth.agent.systemd.JobResult;
import berth.agent.systemd.Properties;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.TransientUnit;
import berth.protocol.ContainerName;
import java.util.Optional;

/** How one program comes to run in a container: whose unit it is, and what that unit does. */
interface Ground extends AutoCloseable {

  /** Finds out how programs run in a container at the moment. */
  interface Finder {
    /**
     * How they run in this one.
     *
     * @throws berth.agent.systemd.dbus.BusException where none can run now
     */
    Ground of(ContainerName container);
  }

  /** The manager that runs the unit. */
  Systemd systemd();

  /** The same after its connection was lost; fails where the container runs no more. */
  Ground again();

  /** Makes what the program will open belong to its container. */
  void give(Stdio stdio) throws LinuxException;

  /** The unit that runs a program; what is lent to it stays open until this is closed. */
  TransientUnit unit(ProcessSpec spec, Stdio stdio) throws NoWay;

  /** The outcome of a program whose unit has ended. */
  Outcome ended(ProcessSpec spec, Properties end);

  /** The outcome of a unit that could not be started. */
  Outcome notStarted(ProcessSpec spec, JobResult job, Properties end);

  /** Sends a signal to the program and its children (signal(7)). */
  void signal(ProcessSpec spec, int number);

  /** Whether the container is going down or gone, which kills what runs in it. */
  boolean isEnding();

  /** What is to be said of a program that ran this way. */
  Optional<String> note();

  @Override
  void close();

  /** A program can't be run this way. */
  final class NoWay extends Exception {
    private static final long serialVersionUID = 1L;
    private final Outcome.Reason reason;

    NoWay(Outcome.Reason reason, String message) {
      super(message);
      this.reason = reason;
    }

    Outcome outcome() {
      return new Outcome.NotStarted(reason, getMessage());
    }
  }
}
