package berth.agent.dispatch;

import java.util.Set;

/**
 * Where a command goes.
 *
 * @param address of the worker verticle that performs it
 * @param lanes commands that share a lane run one after the other, in the order in which they came;
 *     empty for one that waits for nobody
 */
public record Route(String address, Set<String> lanes) {
  public Route {
    lanes = Set.copyOf(lanes);
  }

  /** A route on which nobody waits for another. */
  public static Route to(String address) {
    return new Route(address, Set.of());
  }

  /** A route on which all that are about one thing run in order; some are about several. */
  public static Route inOrder(String address, String... lanes) {
    return new Route(address, Set.of(lanes));
  }
}
