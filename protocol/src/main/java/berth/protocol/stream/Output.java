package berth.protocol.stream;

import berth.protocol.Bytes;
import java.util.Objects;

/** From the host, on the output topic of a command. */
public sealed interface Output {
  /** How many chunks may be sent before the first {@link Input.OutputCredit} arrives. */
  int INITIAL_CREDIT = 16;

  /** The most bytes that one chunk carries. */
  int CHUNK_BYTES = 64 * 1024;

  /** Which of a program's streams a chunk is from. */
  enum Channel {
    STDOUT,
    STDERR
  }

  /**
   * A piece of what the program wrote.
   *
   * @param sequence 1, 2, 3 ... over both channels, in the order of reading
   */
  record OutputChunk(long sequence, Channel channel, Bytes data) implements Output {
    public OutputChunk {
      Objects.requireNonNull(channel, "channel");
      Objects.requireNonNull(data, "data");
    }
  }

  /** Allows input chunks up to and with this sequence number; never goes down. */
  record InputCredit(long through) implements Output {}
}
