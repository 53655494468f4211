package berth.agent.container;

import berth.agent.container.Settings.Origin;
import berth.agent.container.Settings.Waiting;
import berth.agent.container.Settings.Written;
import berth.agent.dispatch.Job;
import berth.agent.settings.Entries;
import berth.agent.settings.NspawnReader;
import berth.agent.systemd.Machines;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.UnitStatus;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes containers what their specifications say: their settings, their units, and while they run
 * their limits.
 */
final class Shaper {
  private static final String TARGET = "machines.target";

  /** What nspawn reads when it starts and not again. */
  private static final Set<String> AT_START =
      Set.of(
          "start",
          "hostname",
          "environment",
          "privateUsers",
          "network",
          "resolvConf",
          "binds",
          "tmpfs",
          "devices",
          "capabilities",
          "systemCalls",
          "readOnly",
          "ephemeral");

  private final Settings settings;
  private final Systemd systemd;
  private final Machines machines;
  private final LiveLimits limits;
  private final UnitReader units;
  private final Volumes volumes;

  Shaper(Settings settings, Systemd systemd, Machines machines, Volumes volumes) {
    this.settings = settings;
    this.systemd = systemd;
    this.machines = machines;
    this.limits = new LiveLimits(systemd);
    this.units = new UnitReader(systemd);
    this.volumes = volumes;
  }

  /** Writes the settings of a new container. */
  void make(ContainerName container, Origin origin, ContainerSpec spec) throws IOException {
    make(container, Written.of(origin, spec));
  }

  /** The same, with settings besides that the specification has no word for. */
  void make(ContainerName container, Written written) throws IOException {
    requireSense(container, written.spec());
    if (settings.write(container, written)) {
      systemd.reload();
    }
  }

  /** Has a container start with the host, or not. */
  void autostart(ContainerName container, ContainerSpec spec) {
    var unit = UnitName.of(container);
    var enabled = systemd.isEnabled(unit);
    if (spec.autostart() && !enabled) {
      systemd.enable(
          List.of(unit.value(), TARGET)); // systemd 252 does not enable the target itself
    } else if (!spec.autostart() && enabled) {
      systemd.disable(List.of(unit.value()));
    }
  }

  /** Changes what a container shall be, at once where that can be. */
  void change(ContainerName container, SpecPatch patch, boolean force, Job job) throws IOException {
    var before = settings.read(container).orElseThrow(() -> unknown(container));
    if (!force) {
      requireNoDrift(container);
    }
    var spec = patch.on(before.spec());
    requireSense(container, spec);
    var unit = UnitName.of(container);
    var status = systemd.status(unit);
    var running = machines.find(container).isPresent() && !status.isDown();
    if (!spec.size().equals(before.spec().size())) {
      volumes.limit(container, spec.size());
    }
    job.progress("writing its settings");
    var waiting = running ? waiting(before, spec, status) : Waiting.NONE;
    var written = new Written(before.origin(), spec, before.kept(), waiting);
    if (settings.write(container, written) || systemd.properties(unit).flag("NeedDaemonReload")) {
      systemd.reload();
    }
    limits.forgetRuntime(unit, before.spec().limits(), spec.limits());
    if (running) {
      var again = job.attempt() > 1; // the attempt before may have written and not told systemd
      limits.apply(unit, again ? Optional.empty() : Optional.of(before.spec().limits()), spec);
    }
    autostart(container, spec);
  }

  /** Takes a container as it is, and what somebody changed by hand as what it shall be. */
  void adopt(ContainerName container, Job job) throws IOException {
    var before = settings.read(container);
    if (before.isPresent() && settings.drift(container).isEmpty()) {
      return;
    }
    if (before.isEmpty() && !settings.exist(container)) {
      requireNoneElsewhere(container);
    }
    job.progress("reading its settings");
    if (before.isPresent()) {
      systemd.reload(); // what was changed by hand in the drop-in counts only then
    }
    var base = before.map(Written::spec).orElse(ContainerSpec.DEFAULT);
    var read = NspawnReader.read(base, Entries.parse(settings.body(container)));
    var spec = units.read(container, read.spec());
    var origin = before.map(Written::origin).orElse(new Origin(job.id(), Optional.empty()));
    var waiting = before.map(Written::waiting).orElse(Waiting.NONE);
    if (settings.adopt(container, new Written(origin, spec, read.kept(), waiting))) {
      systemd.reload();
    }
  }

  private static Waiting waiting(Written before, ContainerSpec spec, UnitStatus status) {
    var fields = new TreeSet<String>();
    if (before.waiting().invocation().equals(status.invocation())) {
      fields.addAll(before.waiting().fields());
    }
    var old = Wire.json().valueToTree(before.spec());
    var now = Wire.json().valueToTree(spec);
    AT_START.stream()
        .filter(field -> !old.path(field).equals(now.path(field)))
        .forEach(fields::add);
    return new Waiting(status.invocation(), fields);
  }

  private static void requireSense(ContainerName container, ContainerSpec spec) {
    if (spec.after().contains(container)) {
      throw new BerthException(
          ProblemCode.INVALID, "after: the container " + container + " cannot start after itself");
    }
  }

  private void requireNoDrift(ContainerName container) {
    var drift = settings.drift(container);
    if (!drift.isEmpty()) {
      var files =
          drift.stream()
              .map(one -> one.file() + (one.keys().isEmpty() ? "" : " (" + keys(one.keys()) + ")"))
              .toList();
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container " + container + " was changed by hand: " + String.join(", ", files),
          "adopt it to take that over, or set with force to overwrite it");
    }
  }

  private static String keys(List<String> keys) {
    return String.join(", ", keys);
  }

  private void requireNoneElsewhere(ContainerName container) {
    for (var file : OtherSettings.OF_HOST.of(container)) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container " + container + " has its settings in " + file,
          "move that file to " + settings.folder() + ", where nspawn trusts it");
    }
  }

  private BerthException unknown(ContainerName container) {
    return new BerthException(
        ProblemCode.CONFLICT,
        "the container " + container + " is not under Berth's care: it was made by hand",
        "adopt it first");
  }
}
