package berth.controller.operation;

import berth.protocol.OperationId;
import io.vertx.core.Future;

/**
 * The output and input of running programs, at the pace of whoever reads: what is not read is not
 * sent. A program whose output nobody reads for a minute is cancelled, unless it was to be kept: of
 * what that writes meanwhile the last 256 KiB wait for the next reader.
 */
public interface ProcessStreams {

  /**
   * Starts to read. Fails with {@code NOT_FOUND} where there is no such operation or its output is
   * gone, {@code INVALID} where it has no output, and {@code CONFLICT} where it has a reader.
   */
  Future<Attachment> attach(OperationId id, OutputReader reader);

  /**
   * Starts to write. Fails with {@code NOT_FOUND} where there is no such operation, {@code INVALID}
   * where it takes no input, and {@code CONFLICT} where it has a writer or has ended.
   */
  Future<InputWriter> input(OperationId id);

  /** A reader's hold on a program's output. */
  interface Attachment {
    /**
     * The reader goes away, which cancels an operation that still runs, unless it was to be kept;
     * later calls do nothing.
     */
    void detach();

    /**
     * The reader was cut off. Like {@link #detach}, but a program on a terminal waits a few seconds
     * for another reader before it is cancelled.
     */
    void lost();
  }
}
