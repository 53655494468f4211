package berth.agent.systemd;

import berth.agent.systemd.dbus.BusException;

/** Is told what happens to a unit, on one thread at a time. */
public interface UnitWatcher {
  /** Some of its properties have these values now. */
  void changed(Properties properties);

  /** The connection was lost; nothing more is told. */
  void lost(BusException reason);
}
