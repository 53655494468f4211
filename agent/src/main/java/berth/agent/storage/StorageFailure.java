package berth.agent.storage;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;

/** What people are told where the file system refused something. */
public final class StorageFailure {
  private StorageFailure() {}

  /**
   * The failure of an action as a problem.
   *
   * @param action what was to be done, such as {@code create the volume web}
   */
  public static BerthException of(String action, IOException failure) {
    var message = "could not " + action + ": " + failure.getMessage();
    return new BerthException(
        isFull(failure)
            ? new Problem(ProblemCode.NO_SPACE, message, "free some space in the pool, or grow it")
            : new Problem(ProblemCode.FAILED, message),
        failure);
  }

  private static boolean isFull(IOException failure) {
    var said = String.valueOf(failure.getMessage()).toLowerCase(java.util.Locale.ROOT);
    return said.contains("no space left") || said.contains("quota exceeded");
  }
}
