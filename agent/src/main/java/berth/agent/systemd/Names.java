package berth.agent.systemd;

import berth.agent.systemd.dbus.ObjectPath;
import berth.protocol.ContainerName;
import java.util.Optional;

/** systemd's names on the bus, and the reading of container names that it tells. */
final class Names {
  static final String SYSTEMD = "org.freedesktop.systemd1";
  static final ObjectPath SYSTEMD_PATH = new ObjectPath("/org/freedesktop/systemd1");
  static final ObjectPath UNITS = SYSTEMD_PATH.child("unit");
  static final String MANAGER = "org.freedesktop.systemd1.Manager";
  static final String UNIT = "org.freedesktop.systemd1.Unit";
  static final String SERVICE = "org.freedesktop.systemd1.Service";
  static final String PROPERTIES = "org.freedesktop.DBus.Properties";
  static final String MACHINED = "org.freedesktop.machine1";
  static final ObjectPath MACHINED_PATH = new ObjectPath("/org/freedesktop/machine1");
  static final String MACHINE_MANAGER = "org.freedesktop.machine1.Manager";
  static final String MACHINE = "org.freedesktop.machine1.Machine";

  private Names() {}

  /** A name that machined or a unit tells; empty where no container of ours can have it. */
  static Optional<ContainerName> container(String name) {
    try {
      return Optional.of(new ContainerName(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // .host, and names that only other kinds of machines have
    }
  }
}
