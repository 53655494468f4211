package berth.protocol.mqtt;

import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps messages for as long as the process lives, for those who can make them again. */
public final class MemoryOutboxStore implements OutboxStore {

  private final ConcurrentSkipListMap<Long, Outgoing> messages = new ConcurrentSkipListMap<>();
  private final AtomicLong last = new AtomicLong();

  @Override
  public synchronized long append(Outgoing message) {
    long sequence = last.incrementAndGet();
    messages.put(sequence, message);
    return sequence;
  }

  @Override
  public Optional<Stored> next(long after) {
    return Optional.ofNullable(messages.higherEntry(after))
        .map(entry -> new Stored(entry.getKey(), entry.getValue()));
  }

  @Override
  public void remove(Collection<Long> sequences) {
    sequences.forEach(messages::remove);
  }

  /** How many messages wait. */
  public int size() {
    return messages.size();
  }
}
