package berth.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.process.Outcome.NotStarted;
import berth.agent.process.Outcome.Reason;
import org.junit.jupiter.api.Test;

class EntryComplaintTest {
  @Test
  void aProgramThatIsMissingIsTold() {
    var line = "nsenter: failed to execute /bin/x: No such file or directory";
    assertThat(EntryComplaint.of(127, "", line + "\n"))
        .contains(new NotStarted(Reason.NO_SUCH_PROGRAM, line));
  }

  @Test
  void whatTheWayInSaysOnATerminalIsTold() {
    assertThat(EntryComplaint.of(1, "setpriv: apply bounding set: Operation not permitted\r\n", ""))
        .map(NotStarted::reason)
        .contains(Reason.REFUSED);
  }

  @Test
  void whatAProgramSaysIsItsOwn() {
    assertThat(EntryComplaint.of(7, "", "nsenter: x\n")).isEmpty();
    assertThat(EntryComplaint.of(1, "", "it failed\n")).isEmpty();
    assertThat(EntryComplaint.of(1, "out\n", "nsenter: x\n")).isEmpty();
    assertThat(EntryComplaint.of(127, "", "")).isEmpty();
  }
}
