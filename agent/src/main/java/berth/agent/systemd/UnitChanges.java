package berth.agent.systemd;

import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusException;
import berth.agent.systemd.dbus.MatchRule;
import berth.agent.systemd.dbus.Message;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Tells the changes of units' properties on one connection to those who watch the unit. */
final class UnitChanges {
  static final MatchRule RULE =
      MatchRule.from(Names.SYSTEMD)
          .below(Names.UNITS)
          .on(Names.PROPERTIES)
          .member("PropertiesChanged");

  private final Map<String, List<UnitWatcher>> watchers = new ConcurrentHashMap<>();

  private final Bus bus;

  UnitChanges(Bus bus) {
    this.bus = bus;
    bus.listen(RULE, this::changed);
    bus.closed().thenAccept(this::lost);
  }

  Bus.Subscription watch(UnitName unit, UnitWatcher watcher) {
    String path = unit.path().value();
    watchers.compute(
        path,
        (key, old) -> {
          List<UnitWatcher> list = old == null ? new CopyOnWriteArrayList<>() : old;
          list.add(watcher);
          return list;
        });
    if (!bus.isOpen()) {
      watcher.lost(new BusException(BusException.DISCONNECTED, "the connection was lost"));
    }
    return () ->
        watchers.computeIfPresent(
            path,
            (key, list) -> {
              list.remove(watcher);
              return list.isEmpty() ? null : list;
            });
  }

  private void lost(BusException reason) {
    watchers.values().forEach(list -> list.forEach(watcher -> watcher.lost(reason)));
  }

  private void changed(Message signal) {
    List<UnitWatcher> list = watchers.get(signal.path());
    if (list != null) {
      Properties changed = Properties.of(signal.map(1));
      list.forEach(watcher -> watcher.changed(changed));
    }
  }
}
