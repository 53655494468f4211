package berth.agent.inbox;

import berth.agent.dispatch.Accepted;
import berth.protocol.Envelope;
import berth.protocol.Problem;

/** What the inbox made of a message. */
sealed interface Verdict {
  /** It is in the journal and will be run. */
  record Taken(Accepted accepted) implements Verdict {}

  /** It came before and runs still. */
  record StillRunning() implements Verdict {}

  /** It came before and has ended: its reply was sent again. */
  record AnsweredBefore() implements Verdict {}

  /** It was answered as failed and will not be run. */
  record TurnedAway(Envelope.Header header, Problem problem) implements Verdict {}

  /** Nobody could be answered. */
  record Dropped(Problem problem) implements Verdict {}

  /** How it is counted. */
  default String label() {
    return switch (this) {
      case Taken _ -> "accepted";
      case StillRunning _, AnsweredBefore _ -> "duplicate";
      case TurnedAway(_, var problem) -> problem.code().name().toLowerCase(java.util.Locale.ROOT);
      case Dropped _ -> "unreadable";
    };
  }
}
