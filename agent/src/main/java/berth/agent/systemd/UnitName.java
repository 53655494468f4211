package berth.agent.systemd;

import berth.agent.systemd.dbus.ObjectPath;
import berth.protocol.ContainerName;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The full name of a systemd unit, such as {@code systemd-nspawn@web.service} (systemd.unit(5)).
 */
public record UnitName(String value) implements Comparable<UnitName> {
  private static final Pattern PATTERN =
      Pattern.compile(
          "[A-Za-z0-9:_.\\\\@-]{1,244}\\."
              + "(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)");
  private static final ObjectPath UNITS = new ObjectPath("/org/freedesktop/systemd1/unit");
  private static final String NSPAWN = "systemd-nspawn@";
  private static final String SERVICE = ".service";

  public UnitName {
    if (!PATTERN.matcher(value).matches()) {
      throw new IllegalArgumentException("bad unit name: " + value);
    }
  }

  /** The unit that runs a container. */
  public static UnitName of(ContainerName container) {
    return new UnitName(NSPAWN + container.value() + SERVICE);
  }

  /** Whether text is the name of a unit. */
  public static boolean isValid(String text) {
    return PATTERN.matcher(text).matches();
  }

  /** The container that this unit runs, where it is such a unit. */
  public Optional<ContainerName> container() {
    if (!value.startsWith(NSPAWN) || !value.endsWith(SERVICE)) {
      return Optional.empty();
    }
    String name = value.substring(NSPAWN.length(), value.length() - SERVICE.length());
    return Names.container(name);
  }

  /** The unit's object on the bus. */
  public ObjectPath path() {
    return UNITS.child(value);
  }

  @Override
  public int compareTo(UnitName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
