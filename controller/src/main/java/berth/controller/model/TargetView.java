package berth.controller.model;

import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.HostId;
import berth.protocol.Problem;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What became of an operation on one host.
 *
 * @param container the container that its command is about, where it is about one
 * @param deadline the last moment at which the host may begin
 * @param accepted when the host wrote it to its journal
 * @param progress the newest that the host told, while it runs
 * @param result what it came to, where it succeeded
 * @param problem why it failed, where it failed
 * @param hostOnline whether the host's agent is connected at the moment of looking
 */
public record TargetView(
    CommandId command,
    HostId host,
    Optional<ContainerName> container,
    State state,
    Instant deadline,
    Optional<Instant> accepted,
    Optional<Instant> finished,
    Optional<Reply.Progress> progress,
    Optional<Result> result,
    Optional<Problem> problem,
    boolean hostOnline) {

  /** How far a command has come on its way to its host and back. */
  public enum State {
    /** Written down. */
    QUEUED,
    /** The broker has it. */
    SENT,
    /** It stands in the host's journal and will have an outcome, whatever happens. */
    ACCEPTED,
    /** Done. */
    SUCCEEDED,
    /** Not done; the problem's code says whether it expired, was cancelled or went wrong. */
    FAILED;

    /** Whether the target has its outcome. */
    public boolean finished() {
      return this == SUCCEEDED || this == FAILED;
    }
  }

  public TargetView {
    Objects.requireNonNull(command, "command");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(deadline, "deadline");
  }
}
