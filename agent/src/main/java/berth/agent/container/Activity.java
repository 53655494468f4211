package berth.agent.container;

import berth.agent.systemd.Machines;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;

/** Whether somebody may write to a container's volume: it runs, or comes up or goes down. */
record Activity(Systemd systemd, Machines machines) {

  boolean isUp(ContainerName container) {
    return machines.find(container).isPresent() || !systemd.status(UnitName.of(container)).isDown();
  }

  /** Refuses what needs a container that does not run. */
  void requireStopped(ContainerName container) {
    if (isUp(container)) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container " + container + " is running",
          "stop it first, as by: berth stop HOST/" + container);
    }
  }

  /** Our own commands wait for each other; people's don't. */
  void requireAsBefore(ContainerName source, boolean live) {
    if (!live && isUp(source)) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container " + source + " was started by hand while it was copied",
          "stop it and try again");
    }
  }
}
