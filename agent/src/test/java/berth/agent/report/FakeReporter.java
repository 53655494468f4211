package berth.agent.report;

import berth.protocol.event.Event;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it was told. */
public final class FakeReporter implements Reporter {
  /** What happened, oldest first. */
  public final List<Event> events = new CopyOnWriteArrayList<>();

  @Override
  public void happened(Event event) {
    events.add(event);
  }
}
