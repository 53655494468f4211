package berth.agent.process;

import berth.agent.linux.LinuxException;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.Machines;
import berth.agent.systemd.Pty;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.ContainerName;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * Runs programs inside containers: as transient units of the container's own systemd, inside its
 * cgroup and with its limits, so that their end is told exactly. In a container without one they
 * are units of the host's, which enter it.
 */
public final class ContainerProcesses {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final PipeReactor pipes;
  private final MachineBuses buses;
  private final Systemd host;
  private final Ground.Finder grounds;
  private final Function<ContainerName, Pty> terminals;
  private final Run.Patience patience;

  /**
   * @param host the host's own service manager
   */
  public ContainerProcesses(
      PipeReactor pipes, MachineBuses buses, Machines machines, Systemd host) {
    this(
        pipes,
        buses,
        host,
        new Grounds(buses, machines, host),
        machines::openPty,
        Run.Patience.USUAL);
  }

  ContainerProcesses(
      PipeReactor pipes,
      MachineBuses buses,
      Systemd host,
      Ground.Finder grounds,
      Function<ContainerName, Pty> terminals,
      Run.Patience patience) {
    this.pipes = pipes;
    this.buses = buses;
    this.host = host;
    this.grounds = grounds;
    this.terminals = terminals;
    this.patience = patience;
  }

  /**
   * Starts a program and returns at once; whether it could be started is told by the outcome. Both
   * streams begin paused. One on a terminal has all that it writes as its standard output.
   *
   * @throws BusException where there are no pipes, or no terminal in the container
   */
  public ContainerProcess start(
      ProcessSpec spec, PipeReader.Sink onStdout, PipeReader.Sink onStderr) {
    try {
      var run = new Run(spec, grounds, stdio(spec, onStdout, onStderr), patience);
      Thread.ofVirtual().name("berth-" + spec.unit()).start(run::go);
      return new ContainerProcess(run);
    } catch (LinuxException e) {
      throw new BusException(
          BusException.LIMITS_EXCEEDED, "no pipes or terminal: " + e.getMessage(), e);
    }
  }

  private Stdio stdio(ProcessSpec spec, PipeReader.Sink onStdout, PipeReader.Sink onStderr)
      throws LinuxException {
    if (spec.terminal().isEmpty()) {
      return PipedStdio.open(pipes, spec.stdin(), onStdout, onStderr);
    }
    Pty pty = terminals.apply(spec.container());
    return TerminalStdio.open(pipes, pty, spec.terminal().get().size(), spec.stdin(), onStdout);
  }

  /** The units in a container whose names begin so: what an agent left that was killed. */
  public List<UnitName> left(ContainerName container, String prefix) {
    return buses.open(container).systemd().units(prefix + "*");
  }

  /** The same of those that the host runs for containers. */
  public List<UnitName> leftOnHost(String prefix) {
    return host.units(prefix + "*");
  }

  /** Ends such a unit, with all its processes. */
  public void stop(ContainerName container, UnitName unit) {
    if (host.units(unit.value()).isEmpty()) {
      buses.open(container).systemd().stop(unit, STOP_LIMIT);
    } else {
      stopOnHost(unit);
    }
  }

  /** Ends one that the host runs. */
  public void stopOnHost(UnitName unit) {
    host.stop(unit, STOP_LIMIT);
  }
}
