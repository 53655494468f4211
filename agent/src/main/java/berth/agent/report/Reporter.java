package berth.agent.report;

import berth.protocol.event.Event;
import berth.protocol.state.ContainerState;
import berth.protocol.state.PoolState;
import java.util.List;

/** Tells the controller what happened on this host. */
public interface Reporter {
  /**
   * Numbers an event and queues it behind everything that was queued before. To be called once the
   * event's thing can be seen by {@link InventorySources}, in the order in which things happened,
   * and before the end of the command that caused it. Quick, and safe on any thread but an event
   * loop.
   */
  void happened(Event event);

  /** The containers as they were last told, also by the agent before this one. */
  default List<ContainerState> toldContainers() {
    return List.of();
  }

  /** The same of those pools of which something was told. */
  default List<PoolState> toldPools() {
    return List.of();
  }
}
