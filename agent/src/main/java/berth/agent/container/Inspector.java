package berth.agent.container;

import berth.agent.storage.OsRelease;
import berth.agent.storage.Pool;
import berth.agent.storage.Pools;
import berth.agent.systemd.Machine;
import berth.agent.systemd.Machines;
import berth.agent.systemd.Properties;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.UnitStatus;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.Signal;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ContainerState.Limits;
import berth.protocol.state.ContainerState.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks at the containers of this host, those of Berth's and those made by hand. */
final class Inspector {
  private static final int EXITED = 1;
  private static final int KILLED = 2;
  private static final int DUMPED = 3;

  private final Pools pools;
  private final Settings settings;
  private final Systemd systemd;
  private final Machines machines;
  private final UnitJournal journal;
  private final Effects effects = new Effects();
  private final NspawnWarnings nspawn;

  Inspector(
      Pools pools, Settings settings, Systemd systemd, Machines machines, UnitJournal journal) {
    this.pools = pools;
    this.settings = settings;
    this.systemd = systemd;
    this.machines = machines;
    this.journal = journal;
    this.nspawn = new NspawnWarnings(journal::complaints);
  }

  /** All there are, stopped or running. */
  SortedSet<ContainerName> names() {
    var names = new TreeSet<ContainerName>();
    try {
      for (var pool : pools.all()) {
        names.addAll(pool.storage().volumes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    machines.list().forEach(machine -> names.add(machine.name()));
    return names;
  }

  /** A container as it is now; empty where there is none of that name. */
  Optional<Look> find(ContainerName name) {
    var machine = machines.find(name);
    var pool = pools.holding(name);
    var volume =
        pool.flatMap(p -> p.storage().volume(name))
            .or(() -> machine.map(Machine::rootDirectory).filter(r -> !r.isEmpty()).map(Path::of));
    if (machine.isEmpty() && pool.isEmpty()) {
      return Optional.empty();
    }
    var unit = unit(name, machine);
    var properties = systemd.properties(unit);
    var status = UnitStatus.of(unit, properties);
    var state = state(name, machine, pool, volume, status, properties);
    return Optional.of(new Look(state, status.restarts()));
  }

  /** The unit that runs a container, or would. */
  static UnitName unit(ContainerName name, Optional<Machine> machine) {
    return machine
        .map(Machine::unit)
        .filter(UnitName::isValid)
        .map(UnitName::new)
        .orElseGet(() -> UnitName.of(name));
  }

  private ContainerState state(
      ContainerName name,
      Optional<Machine> machine,
      Optional<Pool> pool,
      Optional<Path> volume,
      UnitStatus unit,
      Properties properties) {
    var written = settings.read(name);
    var origin = written.map(Settings.Written::origin);
    var status = status(unit, machine);
    var addresses = machine.map(m -> addresses(name)).orElse(List.of());
    if (machine.isEmpty()) {
      nspawn.forget(name);
    }
    return new ContainerState(
        name,
        status,
        machine.map(m -> (long) m.leader()),
        addresses,
        origin.flatMap(Settings.Origin::image),
        pool.map(Pool::name),
        volume.map(Path::toString).orElse(""),
        limits(properties),
        unit.since(),
        unit.unit().value(),
        volume.flatMap(OsRelease::prettyName),
        origin.isPresent(),
        status == Status.FAILED ? reason(unit) : Optional.empty(),
        written.map(Settings.Written::spec),
        settings.drift(name),
        written
            .map(w -> warnings(w, machine, !addresses.isEmpty(), volume, unit, properties))
            .orElse(List.of()));
  }

  /** What of the wish does not hold, or not yet; of a run only once its init is on its own. */
  private List<String> warnings(
      Settings.Written written,
      Optional<Machine> machine,
      boolean addressed,
      Optional<Path> volume,
      UnitStatus unit,
      Properties properties) {
    var warnings = new ArrayList<String>();
    var enabled = unit.unitFile().equals("enabled");
    if (enabled != written.spec().autostart()) {
      warnings.add("autostart does not hold: the unit is " + unit.unitFile());
    }
    if (machine.isPresent() && unit.isActive()) {
      var waiting =
          written.waiting().invocation().equals(unit.invocation())
              ? written.waiting()
              : Settings.Waiting.NONE;
      waiting.fields().forEach(field -> warnings.add(field + " waits for a restart"));
      warnings.addAll(
          effects.missing(
              written.spec(),
              waiting,
              volume.map(Path::toString).orElse(""),
              machine.get(),
              properties,
              () -> uidShift(machine.get().name())));
      nspawn.about(machine.get().name(), unit, addressed).stream()
          .map(line -> "nspawn says: " + line)
          .forEach(warnings::add);
    }
    return warnings;
  }

  /** Some number that is not the host's, where it stopped meanwhile. */
  private long uidShift(ContainerName name) {
    try {
      return machines.uidShift(name);
    } catch (BusException _) {
      return -1;
    }
  }

  private static Status status(UnitStatus unit, Optional<Machine> machine) {
    if (unit.isComingAgain()) {
      return unit.isReboot() ? Status.STARTING : Status.FAILED;
    }
    return switch (unit.active()) {
      case "activating" -> Status.STARTING;
      case "deactivating" -> Status.STOPPING;
      case "failed" -> Status.FAILED;
      case "active", "reloading" -> running(unit);
      default -> machine.isPresent() ? Status.RUNNING : Status.STOPPED;
    };
  }

  private static Status running(UnitStatus unit) {
    if (unit.frozen()) {
      return Status.PAUSED;
    }
    return unit.isReady() ? Status.READY : Status.RUNNING;
  }

  /** How it ended, and the last complaint about that, where there was one. */
  private Optional<String> reason(UnitStatus unit) {
    var said = journal.about(unit.unit(), unit.invocation()).reason();
    return Optional.of(ending(unit) + said.map(why -> ": " + why).orElse(""));
  }

  /** How a unit ended, as systemd tells it. */
  static String ending(UnitStatus unit) {
    var how =
        switch (unit.exitCode()) {
          case EXITED -> "exit code " + unit.exitStatus();
          case KILLED -> "killed by " + new Signal(unit.exitStatus());
          case DUMPED -> "killed by " + new Signal(unit.exitStatus()) + " with a core dump";
          default -> "";
        };
    var why =
        switch (unit.result()) {
          case "oom-kill" -> "out of memory";
          case "timeout" -> "not done in time";
          case "exit-code", "signal", "core-dump" -> "";
          default -> unit.result();
        };
    var tried =
        unit.isDown() && unit.isFailed() && unit.restarts() > 0
            ? "given up after " + unit.restarts() + " restarts"
            : "";
    return Stream.of(why, how, tried)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(", "));
  }

  private List<String> addresses(ContainerName name) {
    try {
      return machines.addresses(name).stream()
          .filter(address -> !address.isLinkLocalAddress() && !address.isLoopbackAddress())
          .map(InetAddress::getHostAddress)
          .toList();
    } catch (BusException _) {
      return List.of(); // it stopped meanwhile, or has the host's network
    }
  }

  private static Limits limits(Properties unit) {
    return new Limits(
        limit(unit, "MemoryMax").map(ByteSize::new),
        limit(unit, "CPUQuotaPerSecUSec").map(micros -> micros / 1e6),
        limit(unit, "TasksMax"));
  }

  /** All bits set, a negative number here, is no limit. */
  private static Optional<Long> limit(Properties unit, String name) {
    return unit.has(name) && unit.number(name) >= 0
        ? Optional.of(unit.number(name))
        : Optional.empty();
  }
}
