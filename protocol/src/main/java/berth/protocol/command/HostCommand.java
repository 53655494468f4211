package berth.protocol.command;

import berth.protocol.CommandId;
import java.util.Objects;

/** Requests to the agent itself. */
public sealed interface HostCommand extends Command {

  /** Ends another command as {@code CANCELLED}; one that has ended already is fine. */
  record Cancel(CommandId target) implements HostCommand {
    public Cancel {
      Objects.requireNonNull(target, "target");
    }
  }

  /** Publishes the whole retained state again, because the controller missed something. */
  record ReportState() implements HostCommand {}
}
