package berth.agent.container;

import berth.agent.dispatch.Job;
import berth.agent.storage.Pools;
import berth.agent.systemd.Machines;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Removes containers with everything that systemd and Berth keep for them. */
final class Removal {
  private static final List<Path> JOURNALS =
      List.of(Path.of("/var/log/journal"), Path.of("/run/log/journal"));

  private final DropIns dropIns = new DropIns();
  private final Pools pools;
  private final Settings settings;
  private final Place place;
  private final Starter starter;
  private final Systemd systemd;
  private final Machines machines;
  private final Leftovers leftovers;

  Removal(
      Pools pools,
      Settings settings,
      Place place,
      Starter starter,
      Systemd systemd,
      Machines machines,
      Leftovers leftovers) {
    this.pools = pools;
    this.settings = settings;
    this.place = place;
    this.starter = starter;
    this.systemd = systemd;
    this.machines = machines;
    this.leftovers = leftovers;
  }

  /** Removes a container; what is gone already is fine. */
  void remove(ContainerName name, boolean force, Job job) throws IOException {
    var machine = machines.find(name);
    var pool = pools.holding(name);
    if (machine.isPresent() && pool.isEmpty()) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "the container " + name + " runs from " + machine.get().rootDirectory() + ", in no pool",
          "stop it, and remove its files by hand");
    }
    if (pool.isEmpty() && job.attempt() == 1 && settings.origin(name).isEmpty()) {
      place.requireNothing(name);
      return;
    }
    var unit = Inspector.unit(name, machine);
    if (machine.isPresent() || !systemd.status(unit).isDown()) {
      if (!force) {
        throw new BerthException(
            ProblemCode.CONFLICT,
            "the container " + name + " is running",
            "stop it first, or remove it with force");
      }
      starter.stop(name, Optional.empty(), job);
    }
    if (pool.isPresent()) {
      job.progress("removing its volume");
      forgetJournal(pool.get().storage().volume(name).orElseThrow());
      pool.get().storage().delete(name);
    }
    leftovers.clearAll(name);
    place.remove(name);
    settings.delete(name);
    OtherSettings.OF_HOST.delete(name);
    forgetUnit(name);
  }

  /** Takes away what would make the next container of that name inherit from this one. */
  void forgetUnit(ContainerName name) {
    var unit = UnitName.of(name);
    var status = systemd.status(unit);
    if (status.unitFile().equals("enabled")) {
      systemd.disable(List.of(unit.value()));
    }
    if (dropIns.exist(unit)) {
      systemd.revert(List.of(unit.value()));
    }
    if (status.isFailed()) {
      try {
        systemd.resetFailed(unit);
      } catch (BusException e) {
        if (!e.is(Systemd.NO_SUCH_UNIT)) {
          throw e;
        }
      }
    }
  }

  /** nspawn links a container's journal into the host's (systemd-nspawn(1), --link-journal=). */
  static void forgetJournal(Path volume) throws IOException {
    for (var folder : JOURNALS) {
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (var links = Files.newDirectoryStream(folder, Files::isSymbolicLink)) {
        for (var link : links) {
          if (Files.readSymbolicLink(link).startsWith(volume)) {
            Files.deleteIfExists(link);
          }
        }
      }
    }
  }
}
