package berth.agent.storage;

import berth.protocol.state.PoolFullness;
import berth.protocol.state.PoolState.Health;

/**
 * From where on a pool is nearly full, and full: parts of what there is of data, of metadata or of
 * inodes, whichever is used up most.
 *
 * @param nearlyFull while there is time to make room; a thin pool begins nothing new from there on
 * @param full while the host itself, its journals among the rest, can still write a little
 */
public record Thresholds(double nearlyFull, double full) {
  /** Those of every pool. */
  public static final Thresholds USUAL = new Thresholds(0.80, 0.95);

  /**
   * How far a pool has to be below one again to count as below it: files come and go, and nobody
   * wants to hear of each.
   */
  private static final double MARGIN = 0.03;

  public Thresholds {
    if (!(nearlyFull > MARGIN && nearlyFull < full && full <= 1)) {
      throw new IllegalArgumentException("bad thresholds " + nearlyFull + " and " + full);
    }
  }

  /** What a pool has become: it is worse at once, and better where it is so by the margin. */
  Health next(Health before, PoolFullness fullness) {
    var least = at(fullness.most());
    var most = at(fullness.most() + MARGIN);
    if (before.compareTo(least) < 0) {
      return least;
    }
    return before.compareTo(most) > 0 ? most : before;
  }

  private Health at(double part) {
    if (part >= full) {
      return Health.FULL;
    }
    return part >= nearlyFull ? Health.NEARLY_FULL : Health.OK;
  }
}
