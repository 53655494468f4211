package berth.agent.dispatch;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Who waits behind whom. A run is in all its lanes from the beginning, and its turn comes when it
 * is the first in each: as all enter in one order, no two can wait for each other. Belongs to the
 * dispatcher's context.
 */
final class Lanes {
  private final Map<String, ArrayDeque<Run>> lanes = new HashMap<>();

  /** Queues a run in its lanes; true where its turn has come. */
  boolean enter(Run run) {
    run.lanes().forEach(name -> lanes.computeIfAbsent(name, _ -> new ArrayDeque<>()).add(run));
    return isFirst(run);
  }

  /** Takes a run out of its lanes, wherever it is there; gives those whose turn has come. */
  List<Run> leave(Run run) {
    var wasFirst = run.lanes().stream().filter(name -> lanes.get(name).peek() == run).toList();
    run.lanes().forEach(name -> remove(run, name));
    return wasFirst.stream()
        .map(lanes::get)
        .filter(Objects::nonNull)
        .map(ArrayDeque::peek)
        .distinct()
        .filter(this::isFirst)
        .toList();
  }

  private void remove(Run run, String name) {
    var lane = lanes.get(name);
    lane.remove(run);
    if (lane.isEmpty()) {
      lanes.remove(name);
    }
  }

  private boolean isFirst(Run run) {
    return run.lanes().stream().allMatch(name -> lanes.get(name).peek() == run);
  }
}
