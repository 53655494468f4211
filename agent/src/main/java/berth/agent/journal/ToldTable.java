package berth.agent.journal;

import berth.protocol.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What was last told of each container and of each pool, as bytes of no meaning here, so that an
 * agent which was away can tell what happened meanwhile.
 */
public final class ToldTable {
  private final Store store;

  public ToldTable(Store store) {
    this.store = store;
  }

  /** What was told of those containers that were there. */
  public List<Bytes> containers() {
    return all(store.maps().told());
  }

  /** What was told of pools. */
  public List<Bytes> pools() {
    return all(store.maps().toldPools());
  }

  private static List<Bytes> all(Map<String, byte[]> told) {
    return told.values().stream().map(entry -> Bytes.of(Entries.sealed(entry))).toList();
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

  /** The same of a pool. */
  public CompletableFuture<Long> tellPool(Bytes message, String pool, Bytes state) {
    return store.write(maps -> {
      maps.toldPools().put(pool, Entries.seal(state.array()));
      return OutboxTable.append(maps, message);
    });
  }
}
