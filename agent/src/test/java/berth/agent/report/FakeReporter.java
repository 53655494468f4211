package berth.agent.report;

import berth.protocol.event.Event;
import berth.protocol.state.ContainerState;
import berth.protocol.state.PoolState;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it was told. */
public final class FakeReporter implements Reporter {
  /** What happened, oldest first. */
  public final List<Event> events = new CopyOnWriteArrayList<>();

  /** What an earlier agent told of the containers. */
  public final List<ContainerState> told = new CopyOnWriteArrayList<>();

  /** What an earlier agent told of the pools. */
  public final List<PoolState> toldPools = new CopyOnWriteArrayList<>();

  @Override
  public List<PoolState> toldPools() {
    return toldPools;
  }

  @Override
  public List<ContainerState> toldContainers() {
    return told;
  }

  @Override
  public void happened(Event event) {
    events.add(event);
  }
}
