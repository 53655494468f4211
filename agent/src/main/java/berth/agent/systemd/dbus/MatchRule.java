package berth.agent.systemd.dbus;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Which signals to hear (specification, "Match Rules"). The bus filters by it, and so do we: a
 * signal that was sent straight to us by somebody else than the rule's sender is dropped.
 */
public final class MatchRule {
  private final Map<String, String> keys;

  private MatchRule(Map<String, String> keys) {
    this.keys = keys;
  }

  /** All signals of a sender, by its unique or well-known name. */
  public static MatchRule from(String sender) {
    return new MatchRule(Map.of("sender", sender));
  }

  public MatchRule path(ObjectPath path) {
    return with("path", path.value());
  }

  /** Of this object and of all below it. */
  public MatchRule below(ObjectPath path) {
    return with("path_namespace", path.value());
  }

  public MatchRule on(String name) {
    return with("interface", name);
  }

  public MatchRule member(String name) {
    return with("member", name);
  }

  /** Whose first value is this text; only the bus looks at it. */
  public MatchRule firstValue(String value) {
    return with("arg0", value);
  }

  String sender() {
    return keys.get("sender");
  }

  /** Whether a signal is meant, given who owns the sender's name now. */
  boolean matches(Header signal, UnaryOperator<String> owner) {
    return keys.entrySet().stream()
        .allMatch(key ->
            switch (key.getKey()) {
              case "sender" -> signal.sender().equals(owner.apply(key.getValue()));
              case "path" -> signal.path().equals(key.getValue());
              case "path_namespace" -> isBelow(signal.path(), key.getValue());
              case "interface" -> signal.on().equals(key.getValue());
              case "member" -> signal.member().equals(key.getValue());
              default -> true;
            });
  }

  private static boolean isBelow(String path, String root) {
    return path.equals(root) || path.startsWith(root + "/");
  }

  private MatchRule with(String key, String value) {
    if (value.indexOf('\'') >= 0) {
      throw new IllegalArgumentException("a match rule can't have a quote in " + key);
    }
    var more = new LinkedHashMap<>(keys);
    more.put(key, value);
    return new MatchRule(more);
  }

  /** In the notation that AddMatch takes. */
  @Override
  public String toString() {
    var rule = new StringBuilder("type='signal'");
    keys.forEach(
        (key, value) -> rule.append(",").append(key).append("='").append(value).append("'"));
    return rule.toString();
  }
}
