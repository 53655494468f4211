package berth.agent.journal;

import berth.protocol.Bytes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The messages that wait for the broker, in their order, as bytes of no meaning here. */
public final class OutboxTable {
  private final Store store;

  public OutboxTable(Store store) {
    this.store = store;
  }

  /** A message and its place: greater than all before it, also across restarts. */
  public record Row(long place, Bytes message) {}

  /** Done, with its place, when the message is durable. */
  public CompletableFuture<Long> append(Bytes message) {
    return store.write(maps -> append(maps, message));
  }

  /** The first durable message behind a place. What may yet be undone by a crash is not seen. */
  public Optional<Row> next(long after) {
    var durable = store.durableOutbox();
    var outbox = store.maps().outbox();
    var place = outbox.higherKey(after);
    var message = place == null || place > durable ? null : outbox.get(place);
    return Optional.ofNullable(message)
        .map(bytes -> new Row(place, Bytes.of(Entries.sealed(bytes))));
  }

  /** Forgets messages; a crash in the next second may bring them back. */
  public CompletableFuture<Void> remove(Collection<Long> places) {
    var gone = List.copyOf(places);
    return store.writeLazily(maps -> {
      gone.forEach(maps.outbox()::remove);
      return null;
    });
  }

  /** How many messages wait. */
  public long size() {
    return store.maps().outbox().sizeAsLong();
  }

  static long append(Maps maps, Bytes message) {
    var place = maps.next(Maps.OUTBOX);
    maps.outbox().put(place, Entries.seal(message.array()));
    return place;
  }
}
