package berth.controller.fleet;

import berth.controller.model.FleetEvent;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;

/** What happened in the fleet, in the order in which the controller learned of it. */
public interface EventLog {

  /** At most {@code limit} events whose id is greater, oldest first. */
  Future<List<FleetEvent>> after(long id, int limit);

  /** The newest {@code limit} events, oldest first. */
  Future<List<FleetEvent>> latest(int limit);

  /**
   * Hands on each event that is written from now on, in order. The subscriber must not block. To
   * miss nothing, subscribe first, read {@link #after} then, and drop what comes twice by its id.
   *
   * @return ends the subscription
   */
  Subscription subscribe(Consumer<FleetEvent> subscriber);

  /** A subscriber's hold on the log. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
