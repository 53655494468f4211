package berth.agent.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What the parts of the agent say of themselves. Safe on any thread; the parts must not block. */
public final class Health {
  /**
   * How the agent is.
   *
   * @param problems what keeps it from its work; empty where it is well
   * @param facts what else is worth knowing, by name
   */
  public record Report(boolean healthy, List<String> problems, Map<String, Object> facts) {}

  private final List<Supplier<Optional<String>>> checks = new ArrayList<>();
  private final Map<String, Supplier<Object>> facts = new TreeMap<>();

  /** Asks a part for what keeps it from its work; empty where it is well. */
  public synchronized void check(Supplier<Optional<String>> check) {
    checks.add(check);
  }

  /** Shows a fact that is neither good nor bad. */
  public synchronized void fact(String name, Supplier<Object> fact) {
    facts.put(name, fact);
  }

  /** Asks all parts. */
  public synchronized Report report() {
    var problems = checks.stream().map(Supplier::get).flatMap(Optional::stream).toList();
    var shown = new TreeMap<String, Object>();
    facts.forEach((name, fact) -> shown.put(name, fact.get()));
    return new Report(problems.isEmpty(), problems, shown);
  }
}
