package berth.agent.journal;

import berth.protocol.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What was last told of each container, as bytes of no meaning here, so that an agent which was
 * away can tell what happened meanwhile.
 */
public final class ToldTable {
  private final Store store;

  public ToldTable(Store store) {
    this.store = store;
  }

  /** What was told of those that were there. */
  public List<Bytes> all() {
    return store.maps().told().entrySet().stream()
        .map(entry -> Bytes.of(Entries.sealed(entry.getValue())))
        .toList();
  }

  /**
   * Puts a message into the outbox and keeps what it tells, in one commit. Done, with the message's
   * place, when both are durable.
   *
   * @param state of the container; empty where it is gone
   */
  public CompletableFuture<Long> tell(Bytes message, String container, Optional<Bytes> state) {
    return store.write(maps -> {
      state.ifPresentOrElse(
          bytes -> maps.told().put(container, Entries.seal(bytes.array())),
          () -> maps.told().remove(container));
      return OutboxTable.append(maps, message);
    });
  }
}
