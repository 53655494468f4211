package berth.agent.systemd;

import berth.protocol.ContainerName;

/** Something that happened to a machine of machined's. */
public sealed interface MachineEvent {
  /** Whose. */
  ContainerName container();

  /** It is registered: its init runs, but has not booted yet. */
  record Registered(Machine machine) implements MachineEvent {
    @Override
    public ContainerName container() {
      return machine.name();
    }
  }

  /** It is no longer registered: all its processes are gone. */
  record Unregistered(ContainerName container) implements MachineEvent {}
}
