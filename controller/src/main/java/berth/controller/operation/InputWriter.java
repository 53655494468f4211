package berth.controller.operation;

import berth.protocol.Bytes;
import berth.protocol.Signal;
import berth.protocol.WindowSize;
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

  /** Gives the window of the program's terminal another size. */
  void resize(WindowSize size);

  /** Sends the program and its children a signal, past all input that still waits. */
  void signal(Signal signal);

  /** Goes away without closing the input, so that somebody else may write on. */
  void release();
}
