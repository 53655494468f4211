package berth.agent.container;

import berth.agent.container.Settings.Waiting;
import berth.agent.systemd.Cgroup;
import berth.agent.systemd.Machine;
import berth.agent.systemd.Properties;
import berth.protocol.spec.Capability;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.Network;
import berth.protocol.spec.PrivateUsers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Compares what a running container shall be with what it is, as far as the host can see: nspawn
 * and systemd only log what they do not understand or cannot do, and start all the same.
 */
final class Effects {
  private static final Path PROC = Path.of("/proc");
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  private final Path proc;
  private final Path cgroups;

  Effects() {
    this(PROC, CGROUPS);
  }

  Effects(Path proc, Path cgroups) {
    this.proc = proc;
    this.cgroups = cgroups;
  }

  /**
   * What does not hold, by the names of the fields, in a line each.
   *
   * @param waiting what is known to hold only after the next start
   * @param shift asks for the host's number of the container's root
   */
  List<String> missing(
      ContainerSpec spec,
      Waiting waiting,
      String volume,
      Machine machine,
      Properties unit,
      LongSupplier shift) {
    var missing = new ArrayList<String>();
    var look = new Look(spec, machine, missing, waiting);
    look.limits(unit);
    look.users(shift);
    look.capabilities();
    look.network();
    look.mounts();
    look.ephemeral(volume);
    return List.copyOf(missing);
  }

  /** One look at one container. */
  private final class Look {
    private final ContainerSpec spec;
    private final Machine machine;
    private final List<String> missing;
    private final Waiting waiting;
    private final Path leader;

    Look(ContainerSpec spec, Machine machine, List<String> missing, Waiting waiting) {
      this.spec = spec;
      this.machine = machine;
      this.missing = missing;
      this.waiting = waiting;
      this.leader = proc.resolve(Integer.toString(machine.leader()));
    }

    void limits(Properties unit) {
      var group = unit.text("ControlGroup");
      for (var limit : Limit.values()) {
        var wish = limit.wish(spec.limits());
        if (wish.isEmpty()) {
          continue;
        }
        if (!wish.get().equals(unit.values().get(limit.property()))) {
          tell(limit.field(), "the unit has another " + limit.property() + ", see systemctl cat");
        } else if (!group.isEmpty() && !holds(limit, group)) {
          tell(limit.field(), "this host's kernel does not count it for containers");
        }
      }
    }

    void users(LongSupplier shift) {
      var own = shift.getAsLong() != 0;
      if (own != (spec.privateUsers() == PrivateUsers.PICK)) {
        tell("privateUsers", own ? "it has users of its own" : "it has the host's users");
      }
    }

    void capabilities() {
      var bound =
          lines("status")
              .filter(line -> line.startsWith("CapBnd:"))
              .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
              .findFirst();
      bound.ifPresent(set -> {
        spec.capabilities().add().stream()
            .filter(capability -> !capability.isIn(set))
            .forEach(capability -> capability(capability, "has not got"));
        spec.capabilities().drop().stream()
            .filter(capability -> capability.isIn(set))
            .forEach(capability -> capability(capability, "still has"));
      });
    }

    private void capability(Capability capability, String verb) {
      tell("capabilities", "its init " + verb + " " + capability);
    }

    void network() {
      var mine = namespace(proc.resolve("self"));
      var its = namespace(leader);
      if (mine.isEmpty() || its.isEmpty()) {
        return;
      }
      var shared = mine.equals(its);
      var linked = !machine.interfaces().isEmpty();
      switch (spec.network()) {
        case Network.Host _ -> tellUnless(shared, "it has a network of its own");
        case Network.Veth _, Network.Bridge _, Network.Zone _ ->
            tellUnless(!shared && linked, "it has no link to the host");
        case Network.Macvlan _ -> tellUnless(!shared, "it has the host's network");
        case Network.None _ ->
            tellUnless(!shared && !linked, "it has more of a network than loopback");
      }
    }

    private void tellUnless(boolean holds, String what) {
      if (!holds) {
        tell("network", what);
      }
    }

    void mounts() {
      var mounts = lines("mountinfo").map(line -> line.split(" ")).toList();
      if (mounts.isEmpty()) {
        return;
      }
      if (spec.readOnly() && mounts.stream().noneMatch(Look::isReadOnlyRoot)) {
        tell("readOnly", "its root can be written to");
      }
      spec.binds().forEach(bind -> mount("binds", bind.target(), mounts));
      spec.devices().forEach(device -> mount("devices", device.path(), mounts));
      spec.tmpfs().forEach(tmpfs -> mount("tmpfs", tmpfs.path(), mounts));
    }

    /** By its last name alone: what is before it may be a link inside. */
    private void mount(String field, String target, List<String[]> mounts) {
      var name = target.substring(target.lastIndexOf('/')).replace(" ", "\\040");
      if (mounts.stream().noneMatch(mount -> mount[4].endsWith(name))) {
        tell(field, "nothing is mounted at " + target);
      }
    }

    void ephemeral(String volume) {
      if (spec.ephemeral() && machine.rootDirectory().equals(volume)) {
        tell("ephemeral", "it runs from its volume");
      }
    }

    private static boolean isReadOnlyRoot(String[] mount) {
      return mount[4].equals("/") && List.of(mount[5].split(",")).contains("ro");
    }

    private Stream<String> lines(String file) {
      try {
        return Files.readAllLines(leader.resolve(file)).stream();
      } catch (IOException _) {
        return Stream.empty(); // it ended meanwhile
      }
    }

    private void tell(String field, String why) {
      if (!waiting.fields().contains(field)) {
        missing.add(field + " does not hold: " + why);
      }
    }
  }

  private boolean holds(Limit limit, String group) {
    var folder = Cgroup.in(cgroups, group).map(Cgroup::folder);
    var known = folder.flatMap(path -> content(path.resolve(limit.file())));
    if (known.isPresent()) {
      return !known.get().isEmpty() && !known.get().startsWith("max");
    }
    var old = Path.of(limit.oldFile());
    return !limit.oldFile().isEmpty()
        && content(cgroups.resolve(old.getParent() + group).resolve(old.getFileName()))
            .filter(value -> !value.equals("-1") && !value.equals("max"))
            .isPresent();
  }

  private static Optional<String> content(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static Optional<Path> namespace(Path process) {
    try {
      return Optional.of(Files.readSymbolicLink(process.resolve("ns/net")));
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
