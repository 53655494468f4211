package berth.protocol.mqtt;

import java.util.Collection;
import java.util.Optional;

/**
 * Where an {@link Outbox} keeps what the broker has not acknowledged. Calls may block and come from
 * several threads at once.
 */
public interface OutboxStore {

  /**
   * Keeps a message.
   *
   * @return its sequence number, greater than zero and than all before it, also across restarts;
   *     the message is durable when the method returns
   */
  long append(Outgoing message);

  /** The oldest message whose sequence number is greater than the given one. */
  Optional<Stored> next(long after);

  /**
   * Forgets messages. Durable when the method returns; that it may be undone by a crash before then
   * only has messages sent twice.
   */
  void remove(Collection<Long> sequences);

  /** A message and its place in the order. */
  record Stored(long sequence, Outgoing message) {}
}
