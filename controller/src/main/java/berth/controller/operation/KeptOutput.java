package berth.controller.operation;

import berth.protocol.stream.Output.OutputChunk;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last of what a program wrote while nobody read: at most {@link #MOST} bytes of it. */
final class KeptOutput {
  static final int MOST = 256 * 1024;

  private final Deque<OutputChunk> chunks = new ArrayDeque<>();
  private long bytes;
  private long lost;

  /** Adds the next chunk; the oldest go where it is too much. */
  void add(OutputChunk chunk) {
    chunks.add(chunk);
    bytes += chunk.data().length();
    while (bytes > MOST) {
      var length = chunks.remove().data().length();
      bytes -= length;
      lost += length;
    }
  }

  /** The oldest that is there, or null. */
  OutputChunk first() {
    return chunks.peek();
  }

  /** Takes the oldest out where it is this one. */
  boolean take(OutputChunk chunk) {
    if (!chunk.equals(chunks.peek())) {
      return false;
    }
    bytes -= chunks.remove().data().length();
    return true;
  }

  /** How many bytes had to go since this was last asked. */
  long takeLost() {
    var taken = lost;
    lost = 0;
    return taken;
  }
}
