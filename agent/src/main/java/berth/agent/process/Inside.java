package berth.agent.process;

import berth.agent.linux.LinuxException;
import berth.agent.systemd.JobResult;
import berth.agent.systemd.MachineBus;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.Properties;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.TransientUnit;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.ContainerName;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The container's own systemd runs the program: in its cgroup, with its limits and its filters. */
final class Inside implements Ground {
  private static final Logger LOG = System.getLogger(Inside.class.getName());
  private static final int RECONNECTS = 20;
  private static final Duration RECONNECT_AFTER = Duration.ofMillis(250);

  private final MachineBuses buses;
  private final MachineBus machine;

  Inside(MachineBuses buses, MachineBus machine) {
    this.buses = buses;
    this.machine = machine;
  }

  @Override
  public Systemd systemd() {
    return machine.systemd();
  }

  /** The container's dbus-daemon may have been restarted while the program goes on. */
  @Override
  public Ground again() {
    ContainerName container = machine.container();
    for (int i = 0; i < RECONNECTS; i++) {
      try {
        MachineBus found = buses.open(container);
        if (found.leader() == machine.leader()) {
          return new Inside(buses, found);
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
        BusException.DISCONNECTED, "container " + container + " stopped meanwhile");
  }

  @Override
  public void give(Stdio stdio) throws LinuxException {
    stdio.give(machine.uidShift());
  }

  @Override
  public TransientUnit unit(ProcessSpec spec, Stdio stdio) {
    return Units.of(spec, stdio);
  }

  @Override
  public Outcome ended(ProcessSpec spec, Properties end) {
    return Endings.ofStarted(spec, end);
  }

  @Override
  public Outcome notStarted(ProcessSpec spec, JobResult job, Properties end) {
    return Endings.ofNotStarted(spec, job, end);
  }

  @Override
  public void signal(ProcessSpec spec, int number) {
    try {
      buses.open(spec.container()).systemd().kill(spec.unit(), number);
    } catch (BusException e) {
      LOG.log(Level.INFO, spec.unit() + " in " + spec.container() + " took no signal: " + e);
    }
  }

  @Override
  public boolean isEnding() {
    return machine.systemd().state().equals("stopping");
  }

  @Override
  public Optional<String> note() {
    return Optional.empty();
  }

  /** The connection is kept for the next one. */
  @Override
  public void close() {}
}
