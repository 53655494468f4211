package berth.controller.operation;

import berth.protocol.Bytes;
import io.vertx.core.Future;

/**
 * Feeds the standard input of a program. Write the next piece when the last one's future is done.
 */
public interface InputWriter {

  /**
   * Sends a piece of any length; done when the program's host has room for more. Fails with {@code
   * CONFLICT} once the program has ended.
   */
  Future<Void> write(Bytes data);

  /** Closes the program's standard input. */
  Future<Void> end();

  /** Nothing more comes, though it was not the end: cancels the operation. */
  void broken();
}
