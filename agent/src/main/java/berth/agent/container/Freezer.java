package berth.agent.container;

import berth.agent.systemd.Machine;
import berth.agent.systemd.Machines;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Pauses and resumes containers by the freezer of their units' cgroups (systemctl(1), {@code
 * freeze}). What a host can't do it says so: systemd 252 does nothing there, and tells success.
 */
final class Freezer {
  private final Systemd systemd;
  private final Machines machines;
  private final BooleanSupplier unifiedAlone;

  /**
   * @param unifiedAlone whether this host has the unified cgroup hierarchy and no other
   */
  Freezer(Systemd systemd, Machines machines, BooleanSupplier unifiedAlone) {
    this.systemd = systemd;
    this.machines = machines;
    this.unifiedAlone = unifiedAlone;
  }

  /** Pauses a running container; one that is paused already is fine. */
  void pause(ContainerName container) {
    var unit = unit(container, machines.find(container));
    if (systemd.status(unit).frozen()) {
      return;
    }
    if (!unifiedAlone.getAsBoolean()) {
      throw unsupported(
          container,
          "this host has the old cgroup hierarchy beside the new one, and no freezer there",
          "boot the host with systemd.unified_cgroup_hierarchy=1");
    }
    try {
      systemd.freeze(unit);
    } catch (BusException e) {
      throw e.is(Systemd.NOT_SUPPORTED)
          ? unsupported(container, e.getMessage(), "it takes cgroup v2 and Linux 5.2 or later")
          : e;
    }
    if (!systemd.status(unit).frozen()) {
      throw unsupported(
          container,
          "systemd took the request, but its processes go on",
          "it takes cgroup v2 and Linux 5.2 or later");
    }
  }

  /** Has a paused container go on; one that runs is fine. */
  void resume(ContainerName container) {
    thaw(unit(container, machines.find(container)));
  }

  /** Has a unit go on before it is stopped: what is frozen can't end in good order. */
  void thaw(UnitName unit) {
    if (systemd.status(unit).frozen()) {
      systemd.thaw(unit);
    }
  }

  /** What is told where a container would have to run. */
  static BerthException notRunning(ContainerName container) {
    return new BerthException(
        ProblemCode.CONFLICT,
        "the container " + container + " is not running",
        "start it first, as by: berth start HOST/" + container);
  }

  /** What is told where a paused container would have to run. */
  static BerthException paused(ContainerName container) {
    return new BerthException(
        ProblemCode.CONFLICT,
        "the container " + container + " is paused",
        "have it go on first, as by: berth resume HOST/" + container);
  }

  private static UnitName unit(ContainerName container, Optional<Machine> machine) {
    if (machine.isEmpty()) {
      throw notRunning(container);
    }
    return Inspector.unit(container, machine);
  }

  private static BerthException unsupported(ContainerName container, String why, String remedy) {
    return new BerthException(
        ProblemCode.UNSUPPORTED, "the container " + container + " can't be paused: " + why, remedy);
  }
}
