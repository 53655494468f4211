package berth.agent.systemd;

import berth.agent.systemd.dbus.BusException;
import berth.agent.systemd.dbus.Variant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Properties of an object on the bus, read by name and type. */
public record Properties(Map<String, Object> values) {
  public Properties {
    values = Map.copyOf(values);
  }

  /** From what GetAll returns and PropertiesChanged carries. */
  static Properties of(Map<?, ?> variants) {
    var values = new LinkedHashMap<String, Object>();
    variants.forEach((name, value) -> values.put((String) name, ((Variant) value).value()));
    return new Properties(values);
  }

  /** These, with the others put over them. */
  public Properties with(Properties others) {
    var all = new LinkedHashMap<>(values);
    all.putAll(others.values);
    return new Properties(all);
  }

  /** Those of these names, and no others. */
  public Properties only(Set<String> names) {
    var some = new LinkedHashMap<>(values);
    some.keySet().retainAll(names);
    return new Properties(some);
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** A text; empty where it is not there. */
  public String text(String name) {
    return get(name, String.class).orElse("");
  }

  /** A number; 0 where it is not there. Those of 64 bits have no sign: -1 is "infinity". */
  public long number(String name) {
    return get(name, Number.class).map(Number::longValue).orElse(0L);
  }

  /** A yes or no; no where it is not there. */
  public boolean flag(String name) {
    return get(name, Boolean.class).orElse(false);
  }

  /** A list; empty where it is not there. */
  public List<?> list(String name) {
    return get(name, List.class).<List<?>>map(list -> list).orElse(List.of());
  }

  private <T> Optional<T> get(String name, Class<T> type) {
    Object value = values.get(name);
    if (value != null && !type.isInstance(value)) {
      throw new BusException(BusException.MALFORMED, name + " is no " + type.getSimpleName());
    }
    return Optional.ofNullable(type.cast(value));
  }
}
