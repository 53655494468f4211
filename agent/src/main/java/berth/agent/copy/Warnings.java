package berth.agent.copy;

import java.util.ArrayList;
import java.util.List;

/** What people are told beside that it was done; of very many only the first. */
final class Warnings {
  private static final int MOST = 20;

  private final List<String> lines = new ArrayList<>();
  private long more;

  void add(String line) {
    if (lines.size() < MOST) {
      lines.add(line);
    } else {
      more++;
    }
  }

  List<String> lines() {
    var all = new ArrayList<>(lines);
    if (more > 0) {
      all.add("and " + more + " more of the kind");
    }
    return all;
  }
}
