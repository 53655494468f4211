package berth.controller.fleet;

import berth.controller.model.FleetEvent;
import berth.controller.store.Database;
import berth.controller.store.Row;
import berth.controller.store.Transaction;
import berth.protocol.HostId;
import berth.protocol.Wire;
import berth.protocol.event.EventMessage;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of events in the database. Old events go: past an age, and past a number of rows. */
public final class EventJournal implements EventLog {

  /**
   * How much of the log is kept.
   *
   * @param rows at most about so many
   * @param age at most about so old
   */
  public record Retention(long rows, Duration age) {
    public static final Retention DEFAULT = new Retention(100_000, Duration.ofDays(30));

    public Retention {
      if (rows < 1 || !age.isPositive()) {
        throw new IllegalArgumentException("keep at least one event for some time");
      }
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(EventJournal.class);
  private static final int SWEPT_AT_ONCE = 5_000;

  private final Database database;
  private final Clock clock;
  private final Retention retention;
  private final List<Consumer<FleetEvent>> subscribers = new CopyOnWriteArrayList<>();

  public EventJournal(Database database, Clock clock, Retention retention) {
    this.database = database;
    this.clock = clock;
    this.retention = retention;
  }

  @Override
  public Future<List<FleetEvent>> after(long id, int limit) {
    return database.read(tx ->
        tx.query(
            "SELECT id, at, host, kind, body FROM event WHERE id > ? ORDER BY id LIMIT ?",
            EventJournal::event,
            id,
            limit));
  }

  @Override
  public Future<List<FleetEvent>> latest(int limit) {
    return database
        .read(tx ->
            tx.query(
                "SELECT id, at, host, kind, body FROM event ORDER BY id DESC LIMIT ?",
                EventJournal::event,
                limit))
        .map(newestFirst -> {
          var events = new ArrayList<>(newestFirst);
          Collections.reverse(events);
          return events;
        });
  }

  @Override
  public Subscription subscribe(Consumer<FleetEvent> subscriber) {
    subscribers.add(subscriber);
    return () -> subscribers.remove(subscriber);
  }

  /** Keeps what a host told, once however often it comes; done when it is durable. */
  public Future<Void> keep(EventMessage message) {
    var body = Wire.json().<JsonNode>valueToTree(message.event());
    return database
        .write(tx ->
            insert(
                tx,
                message.at(),
                Optional.of(message.host()),
                Wire.kind(message.event().getClass()),
                body,
                Optional.of(message.epoch()),
                Optional.of(message.sequence())))
        .map(event -> {
          event.ifPresent(this::announce);
          return null;
        });
  }

  /**
   * Writes down, as part of a transaction, what the controller saw itself. Whoever owns the
   * transaction announces the event once that is durable.
   */
  public FleetEvent append(Transaction tx, Optional<HostId> host, String kind, Object body) {
    return insert(
            tx,
            clock.instant(),
            host,
            kind,
            Wire.json().valueToTree(body),
            Optional.empty(),
            Optional.empty())
        .orElseThrow();
  }

  /** Hands an event that is durable to all who subscribed. */
  public void announce(FleetEvent event) {
    for (var subscriber : subscribers) {
      try {
        subscriber.accept(event);
      } catch (RuntimeException e) {
        LOG.error("a subscriber failed on event={}", event.id(), e);
      }
    }
  }

  /** Removes what is too old or too much; done when nothing of that is left. */
  public Future<Void> sweep() {
    var oldest = clock.instant().minus(retention.age());
    return database
        .write(tx ->
            tx.execute(
                """
                DELETE FROM event WHERE id IN (
                  SELECT id FROM event
                  WHERE stored < ? OR id <= (SELECT MAX(id) FROM event) - ?
                  ORDER BY id LIMIT ?)
                """,
                oldest,
                retention.rows(),
                SWEPT_AT_ONCE))
        .compose(swept -> swept < SWEPT_AT_ONCE ? Future.succeededFuture() : sweep());
  }

  private Optional<FleetEvent> insert(
      Transaction tx,
      Instant at,
      Optional<HostId> host,
      String kind,
      JsonNode body,
      Optional<Long> epoch,
      Optional<Long> sequence) {
    return tx.one(
        """
        INSERT INTO event (stored, at, host, kind, body, epoch, sequence)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (host, epoch, sequence) DO NOTHING
        RETURNING id, at, host, kind, body
        """,
        EventJournal::event,
        clock.instant(),
        at,
        host,
        kind,
        body,
        epoch,
        sequence);
  }

  private static FleetEvent event(Row row) {
    try {
      return new FleetEvent(
          row.number("id"),
          row.time("at"),
          row.textOrNone("host").map(HostId::new),
          row.text("kind"),
          Wire.json().readTree(row.text("body")));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the body of event " + row.number("id") + " is no JSON", e);
    }
  }
}
