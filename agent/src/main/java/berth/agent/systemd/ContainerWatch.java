package berth.agent.systemd;

import berth.agent.linux.Reactor;
import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.Call;
import berth.agent.systemd.dbus.MatchRule;
import berth.agent.systemd.dbus.Message;
import berth.agent.systemd.dbus.ObjectPath;
import berth.protocol.ContainerName;
import berth.protocol.event.ReachedLimit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The lives of this host's containers, told by systemd's and machined's signals. It begins with a
 * picture of all; what happens after that picture is told as events, and nothing falls between. A
 * connection that was lost gives a new picture.
 */
public final class ContainerWatch implements AutoCloseable {
  private static final ObjectPath OURS = Names.UNITS.child("systemd-nspawn@");
  private static final MatchRule UNLOADED =
      MatchRule.from(Names.SYSTEMD)
          .path(Names.SYSTEMD_PATH)
          .on(Names.MANAGER)
          .member("UnitRemoved");

  private final Systemd systemd;
  private final Machines machines;
  private final Watcher watcher;
  private final OomWatch oom;
  private final LimitWatch limits;
  private final Map<String, UnitView> units = new HashMap<>();
  private final Map<ContainerName, Machine> running = new HashMap<>();
  private final Bus.Subscription connection;

  /** Is told, one thing at a time, on threads that may block. */
  public interface Watcher {
    /** All containers whose unit systemd has loaded, and all that run. */
    void picture(List<UnitStatus> units, List<Machine> machines);

    void unit(UnitEvent event);

    void machine(MachineEvent event);
  }

  /** Tells the first picture before it returns. */
  public ContainerWatch(
      Reactor reactor, SystemBus bus, Systemd systemd, Machines machines, Watcher watcher) {
    this.oom = new OomWatch(reactor, this::killed);
    this.limits = new LimitWatch(reactor, this::reached);
    this.systemd = systemd;
    this.machines = machines;
    this.watcher = watcher;
    this.connection = bus.onConnect(this::begin);
  }

  @Override
  public void close() {
    connection.close();
    oom.close();
    limits.close();
  }

  /** Listens first and looks then, while what is heard waits for the lock. */
  private synchronized void begin(Bus bus) {
    Systemd.subscribe(bus);
    MatchRule ofMachined = MatchRule.from(Names.MACHINED).on(Names.MACHINE_MANAGER);
    bus.listen(UnitChanges.RULE, signal -> unitChanged(bus, signal));
    bus.listen(ofMachined.member("MachineNew"), this::machineNew);
    bus.listen(ofMachined.member("MachineRemoved"), this::machineRemoved);
    bus.listen(UNLOADED, this::unloaded);
    units.clear();
    running.clear();
    for (UnitName unit : systemd.units("systemd-nspawn@*.service")) {
      if (unit.container().isPresent()) {
        UnitView view = look(bus, unit);
        units.put(unit.path().value(), view);
        watchGroup(view.status());
      }
    }
    machines.list().forEach(machine -> running.put(machine.name(), machine));
    var statuses = units.values().stream().map(UnitView::status).toList();
    watcher.picture(statuses, List.copyOf(running.values()));
  }

  private static UnitView look(Bus bus, UnitName unit) {
    Call all = Call.of(Names.SYSTEMD, unit.path(), Names.PROPERTIES, "GetAll").with("s", "");
    Message reply = bus.get(all);
    return new UnitView(unit, Properties.of(reply.map(0)), reply.sequence());
  }

  private synchronized void unitChanged(Bus bus, Message signal) {
    if (!signal.path().startsWith(OURS.value())) {
      return;
    }
    UnitView view = units.get(signal.path());
    if (view == null) {
      Optional<UnitView> added = unitNamed(signal.path());
      if (added.isEmpty()) {
        return;
      }
      view = added.get();
      units.put(signal.path(), view);
    }
    for (UnitEvent event : view.changed(Properties.of(signal.map(1)), signal.sequence())) {
      watcher.unit(
          switch (event) {
            case UnitEvent.Started _ -> started(bus, view);
            case UnitEvent.Stopped _, UnitEvent.Failed _, UnitEvent.Rebooting _ -> {
              oom.forget(view.unit());
              limits.forget(view.unit());
              yield event;
            }
            case UnitEvent.Starting _, UnitEvent.Ready _, UnitEvent.Stopping _ -> event;
            case UnitEvent.Paused _, UnitEvent.Resumed _ -> event;
            case UnitEvent.OutOfMemory _, UnitEvent.LimitReached _ -> event;
          });
    }
  }

  private UnitEvent started(Bus bus, UnitView view) {
    view.placed(controlGroup(bus, view.unit()));
    watchGroup(view.status());
    return new UnitEvent.Started(view.status());
  }

  /**
   * systemd forgets a unit that is down and not asked about; there is nothing to remember then. It
   * says the same of all units whenever it reads its files anew, also of those that run on.
   */
  private synchronized void unloaded(Message signal) {
    units.computeIfPresent(
        signal.objectPath(1).value(), (_, view) -> view.status().isDown() ? null : view);
  }

  /** How many units are remembered. */
  synchronized int remembered() {
    return units.size();
  }

  private static Optional<UnitView> unitNamed(String path) {
    String name = new ObjectPath(path).lastName();
    return Optional.of(name)
        .filter(UnitName::isValid)
        .map(UnitName::new)
        .filter(unit -> unit.container().isPresent())
        .map(unit -> new UnitView(unit, new Properties(Map.of()), 0));
  }

  /** systemd does not tell it in its signals. */
  private static Properties controlGroup(Bus bus, UnitName unit) {
    Call get = Call.of(Names.SYSTEMD, unit.path(), Names.PROPERTIES, "Get");
    Message reply = bus.get(get.with("ss", Names.SERVICE, "ControlGroup"));
    return Properties.of(Map.of("ControlGroup", reply.body().getFirst()));
  }

  private void watchGroup(UnitStatus status) {
    if (status.isActive()) {
      Cgroup.of(status.controlGroup())
          .ifPresent(group -> {
            oom.watch(status.unit(), group);
            limits.watch(status.unit(), group);
          });
    }
  }

  private synchronized void killed(UnitName unit, long processes) {
    UnitView view = units.get(unit.path().value());
    if (view != null) {
      watcher.unit(new UnitEvent.OutOfMemory(view.status(), processes));
    }
  }

  private synchronized void reached(UnitName unit, ReachedLimit limit, long times) {
    UnitView view = units.get(unit.path().value());
    if (view != null) {
      watcher.unit(new UnitEvent.LimitReached(view.status(), limit, times));
    }
  }

  /** machined tells its machines anew after it was restarted. */
  private synchronized void machineNew(Message signal) {
    Optional<Machine> machine = Names.container(signal.string(0)).flatMap(machines::find);
    machine.ifPresent(found -> {
      Machine known = running.put(found.name(), found);
      if (known == null || known.leader() != found.leader()) {
        watcher.machine(new MachineEvent.Registered(found));
      }
    });
  }

  /** The signal may be older than the picture, of a former run. */
  private synchronized void machineRemoved(Message signal) {
    Names.container(signal.string(0))
        .filter(name -> running.containsKey(name) && machines.find(name).isEmpty())
        .ifPresent(name -> {
          running.remove(name);
          watcher.machine(new MachineEvent.Unregistered(name));
        });
  }
}
