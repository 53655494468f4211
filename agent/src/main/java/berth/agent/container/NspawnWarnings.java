package berth.agent.container;

import berth.agent.systemd.UnitStatus;
import berth.protocol.ContainerName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What nspawn itself complains of while it runs a container: a setting that it does not understand
 * or cannot carry out is only logged, and the container runs without it. Asked for once for each
 * stage of a run, since it costs a look into the journal.
 */
final class NspawnWarnings {
  /** Ports are opened, or not, when the container has got its address. */
  private record Stage(String invocation, boolean ready, boolean addressed) {}

  private record Known(Stage stage, List<String> lines) {}

  private final Function<String, List<String>> ofInvocation;
  private final Map<ContainerName, Known> known = new ConcurrentHashMap<>();

  /**
   * Knows nothing yet.
   *
   * @param ofInvocation reads the complaints of one invocation of a unit
   */
  NspawnWarnings(Function<String, List<String>> ofInvocation) {
    this.ofInvocation = ofInvocation;
  }

  /** What was complained of in the run that is under way, a line each. */
  List<String> about(ContainerName name, UnitStatus unit, boolean addressed) {
    var stage = new Stage(unit.invocation(), unit.isReady(), addressed);
    return known
        .compute(
            name,
            (_, before) ->
                before != null && before.stage().equals(stage)
                    ? before
                    : new Known(stage, ofInvocation.apply(stage.invocation())))
        .lines();
  }

  /** It does not run any more. */
  void forget(ContainerName name) {
    known.remove(name);
  }
}
