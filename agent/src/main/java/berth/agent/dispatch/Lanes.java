package berth.agent.dispatch;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Who waits behind whom. Belongs to the dispatcher's context. */
final class Lanes {
  /** The first of each lane is the one that runs. */
  private final Map<String, ArrayDeque<Run>> lanes = new HashMap<>();

  /** Queues a run in its lane; true where it is the first there, so its turn has come. */
  boolean enter(Run run) {
    return run.lane()
        .map(name -> {
          var lane = lanes.computeIfAbsent(name, _ -> new ArrayDeque<>());
          lane.add(run);
          return lane.size() == 1;
        })
        .orElse(true);
  }

  /** Takes a run out of its lane, wherever it is there; gives the one whose turn has come. */
  Optional<Run> leave(Run run) {
    return run.lane().flatMap(name -> leave(name, run));
  }

  private Optional<Run> leave(String name, Run run) {
    var lane = lanes.get(name);
    var wasFirst = lane.peek() == run;
    lane.remove(run);
    if (lane.isEmpty()) {
      lanes.remove(name);
    }
    return wasFirst ? Optional.ofNullable(lane.peek()) : Optional.empty();
  }
}
