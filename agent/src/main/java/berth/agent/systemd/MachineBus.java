package berth.agent.systemd;

import berth.agent.systemd.dbus.Bus;
import berth.protocol.ContainerName;
import java.util.Optional;

/**
 * The system bus inside a running container, as its root. It ends with the container's run.
 *
 * @param systemd the container's own service manager
 * @param leader the host's process id of the container's init
 * @param uidShift the host's number for the container's user 0
 * @param group the control group of its init; empty on a host without the unified hierarchy
 */
public record MachineBus(
    ContainerName container,
    Bus bus,
    Systemd systemd,
    int leader,
    long uidShift,
    Optional<Cgroup> group) {

  /** Whether the container is paused, so that nobody there answers. */
  public boolean isPaused() {
    return group.filter(Cgroup::isFrozen).isPresent();
  }
}
