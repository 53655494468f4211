package berth.controller.operation;

import berth.protocol.OperationId;
import io.vertx.core.Future;

/**
 * The output and input of running programs, at the pace of whoever reads: what is not read is not
 * sent. A program whose output nobody reads for a minute is cancelled.
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
    /** The reader goes away, which cancels an operation that still runs; later calls do nothing. */
    void detach();
  }
}
