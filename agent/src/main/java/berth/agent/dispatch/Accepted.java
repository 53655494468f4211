package berth.agent.dispatch;

import berth.protocol.CommandId;
import berth.protocol.Envelope;
import java.time.Instant;
import java.util.Objects;

/**
 * A command that is in the journal: it will have an outcome, whatever happens.
 *
 * @param at when it was written there
 * @param attempt 1, or more where the agent died while it was under way
 */
public record Accepted(Envelope envelope, Instant at, int attempt) {
  public Accepted {
    Objects.requireNonNull(envelope, "envelope");
    Objects.requireNonNull(at, "at");
  }

  /** The command's id. */
  public CommandId id() {
    return envelope.id();
  }
}
