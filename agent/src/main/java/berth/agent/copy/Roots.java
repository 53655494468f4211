package berth.agent.copy;

import berth.agent.linux.Directory;
import berth.agent.linux.Fd;
import berth.agent.linux.FileStatus;
import berth.agent.linux.Folder;
import berth.agent.systemd.Machine;
import berth.agent.systemd.Machines;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** Opens the roots of containers: of a running one the one inside, else its tree on the host. */
public final class Roots {
  private final Machines machines;
  private final Function<ContainerName, Optional<Path>> volumes;

  /** Those of these containers, by the paths of their trees on this host. */
  public Roots(Machines machines, Function<ContainerName, Optional<Path>> volumes) {
    this.machines = machines;
    this.volumes = volumes;
  }

  ContainerRoot open(ContainerName name) throws IOException {
    var volume =
        volumes
            .apply(name)
            .orElseThrow(() ->
                new BerthException(
                    ProblemCode.NOT_FOUND, "no container \"" + name + "\" on this host"));
    try {
      var running = machines.find(name);
      return running.isPresent() ? inside(running.get()) : outside(name, volume);
    } catch (BusException e) {
      throw new BerthException(
          new Problem(
              ProblemCode.UNAVAILABLE,
              "could not open the root of the container " + name + ": " + e.getMessage()),
          e);
    }
  }

  /** Looks twice: a process id may be another process's a moment later. */
  private ContainerRoot inside(Machine machine) throws IOException {
    try (Fd root = machines.openRoot(machine.name())) {
      Ids ids = Ids.of(machine.leader());
      if (machines.find(machine.name()).filter(machine::equals).isEmpty()) {
        throw new BerthException(
            ProblemCode.CONFLICT, "the container " + machine.name() + " is just stopping");
      }
      return new ContainerRoot(Folder.reopen(root), ids);
    }
  }

  private static ContainerRoot outside(ContainerName name, Path volume) throws IOException {
    if (volume.toString().isEmpty()) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "the stopped container " + name + " has no folder on this host",
          "start it first");
    }
    var folder = Folder.of(Directory.open(volume));
    return new ContainerRoot(folder, Ids.ofRoot(FileStatus.of(folder.fd())));
  }
}
