package berth.controller.operation;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.operation.TargetState.Accepted;
import berth.controller.operation.TargetState.Failed;
import berth.controller.operation.TargetState.Listening;
import berth.controller.operation.TargetState.Presumed;
import berth.controller.operation.TargetState.Queued;
import berth.controller.operation.TargetState.Sent;
import berth.controller.operation.TargetState.Succeeded;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result.Done;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TargetStateTest {
  private static final Instant EARLY = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATE = EARLY.plusSeconds(60);
  private static final Problem PROBLEM = new Problem(ProblemCode.FAILED, "no");
  private static final Reply DONE = new Reply.Succeeded(new Done());
  private static final Reply NOT_DONE = new Reply.Failed(PROBLEM);

  private final Presumed presumed = new Sent().expire(EARLY, "nobody there");

  @Test
  void aHostThatWasNotHeardOfMaySayAnything() {
    for (var state : List.<Listening>of(new Queued(), new Sent(), presumed)) {
      assertThat(state.on(LATE, new Reply.Accepted())).hasValue(new Accepted(LATE));
      assertThat(state.on(LATE, DONE)).hasValue(new Succeeded(Optional.empty(), LATE, new Done()));
      assertThat(state.on(LATE, NOT_DONE)).hasValue(new Failed(Optional.empty(), LATE, PROBLEM));
    }
  }

  @Test
  void anAcceptedCommandKeepsWhenItWasAccepted() {
    var accepted = new Accepted(EARLY);

    assertThat(accepted.on(LATE, new Reply.Accepted())).isEmpty();
    assertThat(accepted.on(LATE, DONE))
        .hasValue(new Succeeded(Optional.of(EARLY), LATE, new Done()));
    assertThat(accepted.on(LATE, NOT_DONE)).hasValue(new Failed(Optional.of(EARLY), LATE, PROBLEM));
  }

  @Test
  void progressMovesNothing() {
    var progress = new Reply.Progress("half", Optional.of(0.5));

    for (var state : List.<Listening>of(new Queued(), new Sent(), presumed, new Accepted(EARLY))) {
      assertThat(state.on(LATE, progress)).isEmpty();
    }
  }

  @Test
  void onlyWhatTheControllerAssumedListensOnceItHasEnded() {
    assertThat(presumed).isInstanceOf(Listening.class);
    assertThat(Listening.class.isAssignableFrom(Succeeded.class)).isFalse();
    assertThat(Listening.class.isAssignableFrom(Failed.class)).isFalse();
  }

  @Test
  void whatTimeEndsIsExpired() {
    assertThat(presumed.problem().code()).isEqualTo(ProblemCode.EXPIRED);
    assertThat(presumed.problem().remedy()).isPresent();
  }
}
