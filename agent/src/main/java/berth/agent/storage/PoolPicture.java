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

  /** The same when the last {@link #watch} began. */
  private Map<PoolName, Health> toldBefore = Map.of();

  /** The picture begins with what an earlier agent told. */
  public PoolPicture(Pools pools, Thresholds thresholds, Reporter reporter) {
    this.pools = pools;
    this.thresholds = thresholds;
    this.reporter = reporter;
    told.putAll(kept());
  }

  /** The pools as they are now, in order of their names. May block, as a disk does. */
  public List<PoolState> look() {
    return pools.all().stream().map(this::look).toList();
  }

  /**
   * Looks at them for what there is to tell; one that can't be looked at hides no other. To be
   * called now and then.
   */
  public void watch() {
    try {
      forgetWhatWasLost();
    } catch (RuntimeException e) {
      LOG.warn("what the journal has of the pools can't be read", e);
    }
    for (var pool : pools.all()) {
      try {
        look(pool);
      } catch (RuntimeException e) {
        LOG.warn("pool={} how full it is can't be told", pool.name(), e);
      }
    }
  }

  /** A journal on a disk that is full takes no event: what it has not by now is told again. */
  private void forgetWhatWasLost() {
    var kept = kept();
    synchronized (told) {
      told.replaceAll((pool, health) ->
          health == toldBefore.get(pool) ? kept.getOrDefault(pool, Health.OK) : health);
      toldBefore = Map.copyOf(told);
    }
  }

  private Map<PoolName, Health> kept() {
    var kept = new HashMap<PoolName, Health>();
    for (var state : reporter.toldPools()) {
      state.health().ifPresent(health -> kept.put(state.name(), health));
    }
    return kept;
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
