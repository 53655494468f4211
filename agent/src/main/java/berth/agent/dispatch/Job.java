package berth.agent.dispatch;

import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.ProblemCode;
import java.time.Instant;
import java.util.Optional;

/** One accepted command's run, as the feature that performs it sees it. Safe on any thread. */
public interface Job {
  /** The command's id: the same in every attempt. */
  CommandId id();

  /** When the command was written to the journal. */
  Instant acceptedAt();

  /** 1, or more where the agent died while the command was under way. */
  int attempt();

  /**
   * Tells people how far it has come. Cheap, and may get lost.
   *
   * @param text one line
   * @param fraction 0 to 1 where it can be told
   */
  void progress(String text, Optional<Double> fraction);

  /** Whether somebody wants this to end. */
  boolean cancelled();

  /**
   * Runs an action when the command is cancelled, or at once where it was already. It runs on a
   * thread that may block, after {@link #cancelled} has become true, and at most once.
   */
  void onCancel(Runnable action);

  /** Tells people what is being done. */
  default void progress(String text) {
    progress(text, Optional.empty());
  }

  /** Ends work that was cancelled, by throwing {@code CANCELLED}. */
  default void stopIfCancelled() {
    if (cancelled()) {
      throw new BerthException(ProblemCode.CANCELLED, "cancelled");
    }
  }
}
