package berth.agent.dispatch;

import java.util.Optional;

/**
 * Where a command goes.
 *
 * @param address of the worker verticle that performs it
 * @param lane commands of one lane run one after the other, in the order in which they came; empty
 *     for one that waits for nobody
 */
public record Route(String address, Optional<String> lane) {
  /** A route on which nobody waits for another. */
  public static Route to(String address) {
    return new Route(address, Optional.empty());
  }

  /** A route on which all that are about one thing run in order. */
  public static Route inOrder(String address, String lane) {
    return new Route(address, Optional.of(lane));
  }
}
