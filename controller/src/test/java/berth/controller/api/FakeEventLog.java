package berth.controller.api;

import berth.controller.fleet.EventLog;
import berth.controller.model.FleetEvent;
import berth.protocol.HostId;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A log in memory; ids run from 1. */
final class FakeEventLog implements EventLog {
  private final List<FleetEvent> events = new ArrayList<>();
  final List<Consumer<FleetEvent>> subscribers = new CopyOnWriteArrayList<>();
  final AtomicInteger reads = new AtomicInteger();

  /** Writes an event with a body of about so many bytes. */
  void write(int bytes) {
    var body = JsonNodeFactory.instance.objectNode().put("filler", "x".repeat(bytes));
    FleetEvent event;
    synchronized (this) {
      event =
          new FleetEvent(
              events.size() + 1L,
              Instant.parse("2026-11-23T18:00:00Z"),
              Optional.of(HostId.of("lab1")),
              "container-started",
              body);
      events.add(event);
    }
    subscribers.forEach(subscriber -> subscriber.accept(event));
  }

  @Override
  public synchronized Future<List<FleetEvent>> after(long id, int limit) {
    reads.incrementAndGet();
    return Elsewhere.done(events.stream().filter(event -> event.id() > id).limit(limit).toList());
  }

  @Override
  public synchronized Future<List<FleetEvent>> latest(int limit) {
    var from = Math.max(0, events.size() - limit);
    return Elsewhere.done(List.copyOf(events.subList(from, events.size())));
  }

  @Override
  public Subscription subscribe(Consumer<FleetEvent> subscriber) {
    subscribers.add(subscriber);
    return () -> subscribers.remove(subscriber);
  }
}
