package berth.agent.systemd.dbus;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who owns the well-known names whose signals we hear. Signals carry only the unique name of their
 * sender, and any user of a host may send us one directly.
 */
final class NameOwners {
  static final String DRIVER = "org.freedesktop.DBus";
  static final ObjectPath DRIVER_PATH = new ObjectPath("/org/freedesktop/DBus");
  private static final String CHANGED = "NameOwnerChanged";

  private final Set<String> followed = ConcurrentHashMap.newKeySet();
  private final Map<String, Optional<String>> owners = new ConcurrentHashMap<>();

  /** Begins to follow a name. */
  void follow(Bus bus, String name) {
    if (isUnique(name) || owners.containsKey(name)) {
      return;
    }
    MatchRule rule = MatchRule.from(DRIVER).on(DRIVER).member(CHANGED).firstValue(name);
    followed.add(name);
    bus.driver("AddMatch", rule.toString());
    owners.putIfAbsent(name, owner(bus, name));
  }

  /** Looks at each message before all others do, in their order. */
  void look(Message message) {
    Header header = message.header();
    if (header.member().equals(CHANGED) && header.sender().equals(DRIVER)) {
      String name = message.string(0);
      String owner = message.string(2);
      if (followed.contains(name)) {
        owners.put(name, owner.isEmpty() ? Optional.empty() : Optional.of(owner));
      }
    }
  }

  /** The unique name behind a name; empty where there is none. */
  String of(String name) {
    return isUnique(name) ? name : owners.getOrDefault(name, Optional.empty()).orElse("");
  }

  private static boolean isUnique(String name) {
    return name.equals(DRIVER) || name.startsWith(":");
  }

  private static Optional<String> owner(Bus bus, String name) {
    try {
      return Optional.of(bus.driver("GetNameOwner", name).string(0));
    } catch (BusException e) {
      if (e.is(BusException.NO_OWNER)) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
