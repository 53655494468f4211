package berth.agent.dispatch;

import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.Command;
import berth.protocol.reply.Result;

/**
 * Performs one family of commands. Called on worker threads and free to block, for several commands
 * at once: in order for one container or one image, in parallel across them. Worker threads are
 * never interrupted; {@link Job#onCancel} is how to hear of an end before time.
 */
@FunctionalInterface
public interface Performer<C extends Command> {
  /**
   * Does it, or leaves nothing behind. A {@link berth.protocol.BerthException} tells why not;
   * anything else that is thrown is a defect. After a cancellation whatever a {@code
   * BerthException} tells is answered as {@code CANCELLED}.
   *
   * <p>An idempotent command whose first attempt was cut short by the agent's death comes again
   * with {@link Job#attempt} above 1.
   */
  Result perform(C command, Job job) throws Exception;

  /**
   * The agent died while it ran a command that must not run again: stops and takes away what is
   * left of it, and tells what is known of it.
   */
  default Problem interrupted(C command, Job job) throws Exception {
    return new Problem(
        ProblemCode.INTERRUPTED,
        "the agent on the host stopped while this ran; how far it came is not known",
        "look at the container, then send it again if that is wanted");
  }
}
