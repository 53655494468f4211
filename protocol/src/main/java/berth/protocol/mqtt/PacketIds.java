package berth.protocol.mqtt;

import java.util.BitSet;

/**
 * Hands out packet identifiers for one connection. The lowest are left to the client library, which
 * numbers its SUBSCRIBE packets from 1 and does not look at ours.
 */
final class PacketIds {

  static final int FIRST = 1024;
  static final int COUNT = 65_536 - FIRST;

  private final BitSet used = new BitSet(COUNT);
  private int next;

  /** An identifier that no unacknowledged message has; the window sees to it that there is one. */
  int take() {
    int free = used.nextClearBit(next);
    if (free >= COUNT) {
      free = used.nextClearBit(0);
    }
    if (free >= COUNT) {
      throw new IllegalStateException("all packet identifiers are in use");
    }
    used.set(free);
    next = free + 1;
    return FIRST + free;
  }

  void release(int id) {
    used.clear(id - FIRST);
  }
}
