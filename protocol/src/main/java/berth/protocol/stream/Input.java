package berth.protocol.stream;

import berth.protocol.Bytes;
import berth.protocol.Signal;
import berth.protocol.WindowSize;
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

  /**
   * The window of the program's terminal has another size now.
   *
   * @param sequence 1, 2, 3 ... over resizes and signals together; what comes with a number that is
   *     not above the last one is passed over
   */
  record Resize(long sequence, WindowSize size) implements Input {
    public Resize {
      Objects.requireNonNull(size, "size");
    }
  }

  /**
   * A signal for the program and all its children. It does not wait for input that was sent before.
   *
   * @param sequence as that of {@link Resize}
   */
  record ProgramSignal(long sequence, Signal signal) implements Input {
    public ProgramSignal {
      Objects.requireNonNull(signal, "signal");
    }
  }
}
