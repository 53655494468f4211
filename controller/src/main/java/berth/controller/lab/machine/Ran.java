package berth.controller.lab.machine;

import java.util.List;

/**
 * How a program ended.
 *
 * @param exit its exit status; 128 and the signal's number when a signal ended it
 * @param out what it wrote to its standard output
 * @param err what it wrote to its standard error
 */
public record Ran(int exit, String out, String err) {
  /** Whether it reported success. */
  public boolean ok() {
    return exit == 0;
  }

  /** The last lines of what it said, errors last: enough to tell why it failed. */
  public List<String> tail() {
    var lines = (out + "\n" + err).lines().filter(line -> !line.isBlank()).toList();
    return lines.subList(Math.max(0, lines.size() - 20), lines.size());
  }
}
