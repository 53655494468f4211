package berth.controller.operation;

import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import java.time.Instant;
import java.util.Optional;

/** Where a command for one host is. Each state offers only the moves that are legal in it. */
sealed interface TargetState {

  /** The host has not told an outcome, so what it tells is news. */
  sealed interface Listening extends TargetState {
    /** What a reply makes of it; empty where it changes nothing. */
    Optional<TargetState> on(Instant at, Reply reply);
  }

  /** The host was not heard of; the controller may have to assume an outcome. */
  sealed interface Unheard extends Listening {
    @Override
    default Optional<TargetState> on(Instant at, Reply reply) {
      return switch (reply) {
        case Reply.Accepted _ -> Optional.of(new Accepted(at));
        case Reply.Progress _ -> Optional.empty();
        case Reply.Succeeded(var result) ->
            Optional.of(new Succeeded(Optional.empty(), at, result));
        case Reply.Failed(var problem) -> Optional.of(new Failed(Optional.empty(), at, problem));
      };
    }
  }

  /** The host may still begin. */
  sealed interface Pending extends Unheard {
    /** Its time is over, and the host said nothing. */
    default Presumed expire(Instant now, String message) {
      return new Presumed(
          now,
          new Problem(
              ProblemCode.EXPIRED,
              message,
              "see that the host is up and its agent runs, then ask again"));
    }
  }

  /** There is an outcome. */
  sealed interface Ended extends TargetState {
    Instant finished();
  }

  /** Written down. */
  record Queued() implements Pending {
    Sent sent() {
      return new Sent();
    }

    /** Taken back before the broker had it. */
    Presumed withdraw(Instant now, Problem problem) {
      return new Presumed(now, problem);
    }
  }

  /** The broker has it. */
  record Sent() implements Pending {}

  /** The host has it in its journal. */
  record Accepted(Instant at) implements Listening {
    @Override
    public Optional<TargetState> on(Instant when, Reply reply) {
      return switch (reply) {
        case Reply.Accepted _, Reply.Progress _ -> Optional.empty();
        case Reply.Succeeded(var result) ->
            Optional.of(new Succeeded(Optional.of(at), when, result));
        case Reply.Failed(var problem) -> Optional.of(new Failed(Optional.of(at), when, problem));
      };
    }

    /** The host will never answer any more. */
    Failed lose(Instant when, Problem problem) {
      return new Failed(Optional.of(at), when, problem);
    }
  }

  /** The host did it. */
  record Succeeded(Optional<Instant> accepted, Instant finished, Result result) implements Ended {}

  /** The host did not do it. */
  record Failed(Optional<Instant> accepted, Instant finished, Problem problem) implements Ended {}

  /**
   * The controller assumes that the host will not do it, having heard nothing. Should the host tell
   * otherwise, however late, the host is right.
   */
  record Presumed(Instant finished, Problem problem) implements Ended, Unheard {}
}
