package berth.agent.process;

import berth.agent.systemd.Cgroup;
import berth.agent.systemd.Machine;
import berth.agent.systemd.MachineBus;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.Machines;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.UnitStatus;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds how programs run in a container: by its own systemd, or where that can't be asked, by the
 * host's. What the container itself decides by that is only how well its programs are isolated.
 */
final class Grounds implements Ground.Finder {
  /** Where distributions have the unit of the bus, seen from the root. */
  private static final List<String> BUS_UNITS =
      List.of("usr/lib/systemd/system/dbus.socket", "lib/systemd/system/dbus.socket");

  private static final int LOOKS = 150;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private final MachineBuses buses;
  private final Machines machines;
  private final Systemd host;

  Grounds(MachineBuses buses, Machines machines, Systemd host) {
    this.buses = buses;
    this.machines = machines;
    this.host = host;
  }

  @Override
  public Ground of(ContainerName container) {
    try {
      MachineBus machine = buses.open(container);
      if (machine.isPaused()) {
        throw paused(container);
      }
      return new Inside(buses, machine);
    } catch (BusException e) {
      if (e.is(MachineBuses.NO_BUS)) {
        return entered(container, e);
      }
      throw e;
    }
  }

  private Ground entered(ContainerName container, BusException why) {
    Machine machine = machines.find(container).orElseThrow(() -> gone(container));
    if (!UnitName.isValid(machine.unit())) {
      throw why;
    }
    UnitStatus unit = host.status(new UnitName(machine.unit()));
    String group = unit.controlGroup();
    Leader leader = Leader.of(machine.leader(), group).orElseThrow(() -> gone(container));
    try {
      if (isBooting(leader, unit) || !comesUp(leader, unit.mainPid())) {
        throw why;
      }
      Optional<Cgroup> payload =
          Cgroup.of(group + "/payload").filter(cgroup -> Files.isDirectory(cgroup.folder()));
      String told = "the container " + container + " has no systemd that answers by D-Bus";
      return new Entered(container, host, leader, payload, told);
    } catch (RuntimeException e) {
      leader.close();
      throw e;
    }
  }

  /** Waits for the moment between the registration of a container and its first program. */
  private static boolean comesUp(Leader leader, int nspawn) {
    for (int i = 0; i < LOOKS && !leader.isOnItsOwn(nspawn); i++) {
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
    return leader.isOnItsOwn(nspawn);
  }

  /** Whether its systemd will have a bus once it is ready. */
  private static boolean isBooting(Leader leader, UnitStatus unit) {
    if (unit.isReady() || !leader.command().equals("systemd")) {
      return false;
    }
    try (var root = leader.root()) {
      for (String file : BUS_UNITS) {
        if (root.hasFile(file)) {
          return true;
        }
      }
      return false;
    } catch (IOException _) {
      return false;
    }
  }

  private static BusException paused(ContainerName container) {
    return new BusException(MachineBuses.PAUSED, "container " + container + " is paused");
  }

  private static BusException gone(ContainerName container) {
    return new BusException(
        Machines.NO_SUCH_MACHINE, "container " + container + " does not run any more");
  }
}
