package berth.protocol.command;

import berth.protocol.CommandId;
import berth.protocol.OperationId;
import java.util.Objects;

/** Requests to the agent itself. */
public sealed interface HostCommand extends Command {

  /** Ends another command as {@code CANCELLED}; one that has ended already is fine. */
  record Cancel(CommandId target) implements HostCommand {
    public Cancel {
      Objects.requireNonNull(target, "target");
    }
  }

  /**
   * Answers another command once more: with its last reply where it has ended, not at all while it
   * is under way, and with {@code INTERRUPTED} where the host knows nothing of it. To be asked only
   * about what the host had accepted: to know nothing of that means that its journal is gone.
   *
   * @param operation of the other command
   */
  record ReportOutcome(CommandId target, OperationId operation) implements HostCommand {
    public ReportOutcome {
      Objects.requireNonNull(target, "target");
      Objects.requireNonNull(operation, "operation");
    }
  }

  /** Publishes the whole retained state again, because the controller missed something. */
  record ReportState() implements HostCommand {}
}
