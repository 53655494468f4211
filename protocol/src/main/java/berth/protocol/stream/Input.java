package berth.protocol.stream;

import berth.protocol.Bytes;
import java.util.Objects;

/** From the controller, on the input topic of a command. */
public sealed interface Input {

  /**
   * A piece of the program's standard input, at most {@link Output#CHUNK_BYTES}.
   *
   * @param sequence 1, 2, 3 ...
   */
  record StdinChunk(long sequence, Bytes data) implements Input {
    public StdinChunk {
      Objects.requireNonNull(data, "data");
    }
  }

  /** The end of standard input; its sequence number follows that of the last chunk. */
  record StdinEnd(long sequence) implements Input {}

  /** Allows output chunks up to and with this sequence number; never goes down. */
  record OutputCredit(long through) implements Input {}
}
