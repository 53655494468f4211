package berth.controller.operation;

import berth.controller.model.OperationView;
import berth.protocol.Problem;
import berth.protocol.stream.Output.OutputChunk;
import io.vertx.core.Future;

/** Takes the output of a program, in order, each piece once, and then one end. */
public interface OutputReader {

  /** Takes a piece; done when there is room for the next. A failure cancels the operation. */
  Future<Void> chunk(OutputChunk chunk);

  /** Before the first piece: so many bytes were written while nobody read, and are gone. */
  default void missed(long bytes) {}

  /** Everything came; this is the outcome. */
  void end(OperationView view);

  /**
   * Output is missing after the last piece, and won't come.
   *
   * @param problem what is known of it
   * @param view the outcome, where the operation has one
   */
  void broken(Problem problem, OperationView view);
}
