package berth.agent.report;

import berth.protocol.mqtt.MemoryOutboxStore;
import berth.protocol.mqtt.OutboxStore;
import berth.protocol.mqtt.Outgoing;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The output of all programs that the broker does not have yet, and whether there is room for more.
 * Who looks first and sends then may go past the bound by a chunk each.
 */
final class WaitingOutput implements OutboxStore {
  /** Bytes; a quarter of the agent's memory. */
  static final long MOST = 16 << 20;

  private final MemoryOutboxStore store = new MemoryOutboxStore();
  private final Map<Long, Integer> sizes = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private final Runnable onRoom;

  /**
   * @param onRoom called when there is room again after there was none
   */
  WaitingOutput(Runnable onRoom) {
    this.onRoom = onRoom;
  }

  boolean hasRoom() {
    return bytes.get() < MOST;
  }

  @Override
  public synchronized long append(Outgoing message) {
    var size = message.payload().length();
    var sequence = store.append(message);
    sizes.put(sequence, size);
    bytes.addAndGet(size);
    return sequence;
  }

  @Override
  public Optional<Stored> next(long after) {
    return store.next(after);
  }

  @Override
  public void remove(Collection<Long> sequences) {
    boolean opened;
    synchronized (this) {
      store.remove(sequences);
      var before = hasRoom();
      for (var sequence : sequences) {
        var size = sizes.remove(sequence);
        bytes.addAndGet(size == null ? 0 : -size);
      }
      opened = !before && hasRoom();
    }
    if (opened) {
      onRoom.run();
    }
  }
}
