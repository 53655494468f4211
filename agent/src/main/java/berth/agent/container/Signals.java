package berth.agent.container;

import berth.agent.systemd.Machines;
import berth.agent.systemd.Systemd;
import berth.protocol.ContainerName;
import berth.protocol.Signal;
import berth.protocol.command.ContainerCommand.KillContainer.Whom;

/** Sends signals to what runs in containers. */
final class Signals {
  private final Systemd systemd;
  private final Machines machines;

  Signals(Systemd systemd, Machines machines) {
    this.systemd = systemd;
    this.machines = machines;
  }

  /** Sends one; a container that does not run is refused. */
  void send(ContainerName container, Signal signal, Whom whom) {
    var machine = machines.find(container);
    if (machine.isEmpty()) {
      throw Freezer.notRunning(container);
    }
    switch (whom) {
      case INIT -> machines.signalLeader(container, signal.number());
      case ALL -> systemd.kill(Inspector.unit(container, machine), signal.number());
    }
  }
}
