package berth.agent.storage;

import berth.agent.report.Reporter;
import berth.protocol.PoolName;
import berth.protocol.event.Event;
import berth.protocol.event.Event.PoolFull;
import berth.protocol.event.Event.PoolNearlyFull;
import berth.protocol.event.Event.PoolRecovered;
import berth.protocol.state.PoolState;
import berth.protocol.state.PoolState.Health;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pools as they are, and which of them has got full or has room again since somebody looked
 * last, an earlier agent included. Whoever looks has it told, and once.
 */
public final class PoolPicture {
  private static final Logger LOG = LoggerFactory.getLogger(PoolPicture.class);

  private final Pools pools;
  private final Thresholds thresholds;
  private final Reporter reporter;

  /** As it was told of; a pool of which nothing was told was well. */
  private final Map<PoolName, Health> told = new HashMap<>();

  /** The picture begins with what an earlier agent told. */
  public PoolPicture(Pools pools, Thresholds thresholds, Reporter reporter) {
    this.pools = pools;
    this.thresholds = thresholds;
    this.reporter = reporter;
    for (var state : reporter.toldPools()) {
      state.health().ifPresent(health -> told.put(state.name(), health));
    }
  }

  /** The pools as they are now, in order of their names. May block, as a disk does. */
  public List<PoolState> look() {
    return pools.all().stream().map(this::look).toList();
  }

  /** Looks at them for what there is to tell; one that can't be looked at hides no other. */
  public void watch() {
    for (var pool : pools.all()) {
      try {
        look(pool);
      } catch (RuntimeException e) {
        LOG.warn("pool={} how full it is can't be told", pool.name(), e);
      }
    }
  }

  private PoolState look(Pool pool) {
    var seen = pool.state();
    synchronized (told) {
      var before = told.getOrDefault(pool.name(), Health.OK);
      var now = thresholds.next(before, seen.fullness());
      var state = seen.withHealth(now);
      if (now != before) {
        told.put(pool.name(), now);
        reporter.happened(event(now, state));
      }
      return state;
    }
  }

  private static Event event(Health now, PoolState pool) {
    return switch (now) {
      case OK -> new PoolRecovered(pool);
      case NEARLY_FULL -> new PoolNearlyFull(pool);
      case FULL -> new PoolFull(pool);
    };
  }
}
