package berth.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.process.Outcome.Reason;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.ProcessCommand.Exec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComplaintsTest {
  private final Complaints complaints = new Complaints(_ -> Optional.empty());

  @Test
  void aPausedContainerIsAConflictThatNamesResume() {
    var problem = notStarted(Reason.PAUSED);
    assertThat(problem.code()).isEqualTo(ProblemCode.CONFLICT);
    assertThat(problem.message()).contains("web", "paused");
    assertThat(problem.remedy()).hasValueSatisfying(to -> assertThat(to).contains("berth resume"));
  }

  @Test
  void aSystemdThatDoesNotAnswerIsUnavailableAndSaysWhatToDo() {
    var problem = notStarted(Reason.NO_ANSWER);
    assertThat(problem.code()).isEqualTo(ProblemCode.UNAVAILABLE);
    assertThat(problem.remedy()).isPresent();
  }

  private Problem notStarted(Reason reason) {
    var none = Optional.<String>empty();
    var exec =
        new Exec(
            new ContainerName("web"),
            List.of("true"),
            Map.of(),
            none,
            none,
            Optional.empty(),
            false,
            false);
    return complaints.notStarted(exec, reason, "why").problem();
  }
}
