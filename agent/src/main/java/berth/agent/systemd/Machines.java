package berth.agent.systemd;

import berth.agent.linux.Fd;
import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusException;
import berth.agent.systemd.dbus.Call;
import berth.agent.systemd.dbus.Message;
import berth.agent.systemd.dbus.ObjectPath;
import berth.protocol.ContainerName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * systemd-machined (org.freedesktop.machine1(5)): the containers that run on this host. machined
 * comes and goes by itself and is started by each call.
 */
public final class Machines {
  /** The error of a machine that does not run. */
  public static final String NO_SUCH_MACHINE = "org.freedesktop.machine1.NoSuchMachine";

  private static final String CONTAINER = "container";

  private final Supplier<Bus> source;

  /** One that uses the connection that the source has at the time of each call. */
  public Machines(Supplier<Bus> source) {
    this.source = source;
  }

  /** All running containers; virtual machines and the host itself are left out. */
  public List<Machine> list() {
    var machines = new ArrayList<Machine>();
    for (Object entry : call("ListMachines").list(0)) {
      List<?> fields = (List<?>) entry;
      if (CONTAINER.equals(fields.get(1))) {
        Names.container((String) fields.get(0)).flatMap(this::find).ifPresent(machines::add);
      }
    }
    return List.copyOf(machines);
  }

  /** A running container; empty where none of that name runs. */
  public Optional<Machine> find(ContainerName name) {
    return present(() -> {
      ObjectPath path = call("GetMachine", name.value()).objectPath(0);
      Call all = Call.of(Names.MACHINED, path, Names.PROPERTIES, "GetAll");
      Message reply = source.get().get(all.with("s", Names.MACHINE));
      return machine(name, Properties.of(reply.map(0)));
    });
  }

  /** Its addresses, as it sees them itself; none where it shares the host's network. */
  public List<InetAddress> addresses(ContainerName name) {
    var addresses = new ArrayList<InetAddress>();
    for (Object entry : call("GetMachineAddresses", name.value()).list(0)) {
      try {
        addresses.add(InetAddress.getByAddress((byte[]) ((List<?>) entry).get(1)));
      } catch (UnknownHostException e) {
        throw new BusException(BusException.MALFORMED, "an address of a strange length", e);
      }
    }
    return addresses;
  }

  /** What its os-release file says (os-release(5)). */
  public Map<String, String> osRelease(ContainerName name) {
    var fields = new LinkedHashMap<String, String>();
    Message reply = call("GetMachineOSRelease", name.value());
    reply.map(0).forEach((key, value) -> fields.put((String) key, (String) value));
    return fields;
  }

  /** The host's number for the container's user 0; 0 where they are the same. */
  public long uidShift(ContainerName name) {
    return call("GetMachineUIDShift", name.value()).number(0);
  }

  /** Its root directory as it is mounted inside. The caller owns what is returned. */
  public Fd openRoot(ContainerName name) {
    try (Message reply = source.get().get(method("OpenMachineRootDirectory", name).wantingFds())) {
      return reply.takeFd(0);
    }
  }

  /** A new terminal in it. The caller owns what is returned. */
  public Pty openPty(ContainerName name) {
    try (Message reply = source.get().get(method("OpenMachinePTY", name).wantingFds())) {
      String path = reply.string(1);
      return new Pty(reply.takeFd(0), path);
    }
  }

  /** Kills all its processes at once. */
  public void terminate(ContainerName name) {
    call("TerminateMachine", name.value());
  }

  /** Sends a signal to its init, which may mean "power off" (systemd(1), "Signals"). */
  public void signalLeader(ContainerName name, int signal) {
    source.get().get(manager("KillMachine").with("ssi", name.value(), "leader", signal));
  }

  static Machine machine(ContainerName name, Properties p) {
    return new Machine(
        name,
        (int) p.number("Leader"),
        p.text("Unit"),
        p.text("RootDirectory"),
        Instant.EPOCH.plus(Duration.ofNanos(p.number("Timestamp") * 1000)),
        p.list("NetworkInterfaces").stream().map(Integer.class::cast).toList());
  }

  private interface Asking<T> {
    T ask();
  }

  private static <T> Optional<T> present(Asking<T> question) {
    try {
      return Optional.of(question.ask());
    } catch (BusException e) {
      if (e.is(NO_SUCH_MACHINE) || e.is("org.freedesktop.DBus.Error.UnknownObject")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Message call(String member) {
    return source.get().get(manager(member));
  }

  private Message call(String member, String name) {
    return source.get().get(manager(member).with("s", name));
  }

  private static Call method(String member, ContainerName name) {
    return manager(member).with("s", name.value());
  }

  private static Call manager(String member) {
    return Call.of(Names.MACHINED, Names.MACHINED_PATH, Names.MACHINE_MANAGER, member);
  }
}
