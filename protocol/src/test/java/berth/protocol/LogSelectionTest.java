package berth.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import berth.protocol.command.LogSelection;
import berth.protocol.command.ProcessCommand.ReadLogs;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogSelectionTest {
  private static final ContainerName WEB = new ContainerName("web");
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "ssh*", "a/b", "a\nb", "ssh;reboot"})
  void whatIsNoUnitIsRefused(String unit) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> select(List.of(unit), null, null))
        .withMessageContaining("bad unit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "err", "warning", "0..3", "emerg..err", "debug"})
  void prioritiesAreThoseOfJournalctl(String priority) {
    assertThat(select(List.of(), priority, null).priority()).hasValue(priority);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8", "error", "0..", "..3", "0..3..4", "-1", "err warning"})
  void whatIsNoPriorityIsRefused(String priority) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> select(List.of(), priority, null))
        .withMessageContaining("bad priority");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "a\0b"})
  void aPatternIsALineOfText(String pattern) {
    assertThatIllegalArgumentException().isThrownBy(() -> select(List.of(), null, pattern));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> select(List.of(), null, "x".repeat(1025)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "s=0a;i=xyz", "s=0a --merge", "s=0a;", "-s=0a"})
  void whatIsNoCursorIsRefused(String cursor) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> logs(Optional.empty(), false, LogSelection.ALL, cursor))
        .withMessageContaining("bad cursor");
  }

  @Test
  void whatContradictsItselfIsRefused() {
    var since =
        new LogSelection(
            Optional.of(NOON), Optional.empty(), null, Optional.empty(), Optional.empty());
    var until =
        new LogSelection(
            Optional.empty(), Optional.of(NOON), null, Optional.empty(), Optional.empty());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> logs(Optional.of(5), false, LogSelection.ALL, "s=0a"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> logs(Optional.empty(), false, since, "s=0a"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> logs(Optional.empty(), true, until, null));
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new LogSelection(
                Optional.of(NOON),
                Optional.of(NOON.minusSeconds(1)),
                null,
                Optional.empty(),
                Optional.empty()));
  }

  private static LogSelection select(List<String> units, String priority, String grep) {
    return new LogSelection(
        Optional.empty(),
        Optional.empty(),
        units,
        Optional.ofNullable(priority),
        Optional.ofNullable(grep));
  }

  private static void logs(
      Optional<Integer> lines, boolean follow, LogSelection selection, String after) {
    var _ = new ReadLogs(WEB, lines, follow, false, selection, Optional.ofNullable(after));
  }
}
