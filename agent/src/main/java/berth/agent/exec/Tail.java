package berth.agent.exec;

import berth.protocol.Bytes;
import java.util.Arrays;

/** The last bytes of a stream, however long it gets. */
final class Tail {
  private static final int MOST = 64 * 1024;

  private byte[] ring = new byte[1024];
  private int length;

  /** Adds what came; the oldest goes where it is too much. */
  synchronized void add(byte[] bytes) {
    var taken = Math.min(bytes.length, MOST);
    var kept = Math.min(length, MOST - taken);
    if (ring.length < kept + taken) {
      ring = Arrays.copyOf(ring, Math.min(MOST, Math.max(2 * ring.length, kept + taken)));
    }
    System.arraycopy(ring, length - kept, ring, 0, kept);
    System.arraycopy(bytes, bytes.length - taken, ring, kept, taken);
    length = kept + taken;
  }

  synchronized Bytes bytes() {
    return Bytes.of(Arrays.copyOf(ring, length));
  }
}
