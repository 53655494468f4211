package berth.agent.copy;

import berth.agent.copy.tar.Extent;
import java.util.ArrayList;
import java.util.List;

/** Runs of data with holes between them, in the order in which they are in a file. */
final class Extents {
  private Extents() {}

  /** Adds one; a hole before it that is smaller than that becomes data. */
  static void add(List<Extent> runs, Extent run, long smallest) {
    if (runs.isEmpty() || run.at() - runs.getLast().end() >= smallest) {
      runs.add(run);
    } else {
      var last = runs.removeLast();
      runs.add(new Extent(last.at(), run.end() - last.at()));
    }
  }

  /** The same data in fewer runs. */
  static List<Extent> merged(List<Extent> runs, long smallest) {
    var fewer = new ArrayList<Extent>();
    runs.forEach(run -> add(fewer, run, smallest));
    return fewer;
  }
}
