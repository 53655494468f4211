package berth.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.exec.LogQuery.Start;
import berth.protocol.ContainerName;
import berth.protocol.command.LogSelection;
import berth.protocol.command.ProcessCommand.ReadLogs;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LogQueryTest {
  private static final String CURSOR = "s=0a;i=1f;b=0b;m=1;t=2;x=3";
  private static final Instant SIX = Instant.parse("2026-11-23T18:00:00.25Z");

  @Test
  void theNewestEntriesNeedNoSearch() {
    var query = query(Optional.of(50), true, LogSelection.ALL, Optional.empty());
    assertThat(query.needsSearch()).isFalse();
    assertThat(query.read(new Start.AsAsked(), false))
        .containsExactly("--all", "--quiet", "--output=json", "--lines=50", "--follow");
  }

  @Test
  void theNewestOfANarrowSelectionAreSearchedBackwardsAndReadForwards() {
    var query = query(Optional.of(5), true, selection("oops"), Optional.empty());
    assertThat(query.needsSearch()).isTrue();
    assertThat(query.search())
        .contains("--reverse", "--lines=5", "--since=@1795456800.250000", "--grep=oops");
    var start = query.found("{\"__CURSOR\":\"" + CURSOR + "\"}", SIX);
    assertThat(query.read(start.orElseThrow(), false))
        .contains("--cursor=" + CURSOR, "--grep=oops", "--follow", "--no-tail")
        .noneMatch(option -> option.startsWith("--since") || option.startsWith("--lines"));
  }

  @Test
  void whereNothingWasFoundItGoesOnFromTheTimeOfTheSearch() {
    var query = query(Optional.of(5), true, selection("oops"), Optional.empty());
    var start = query.found("", SIX).orElseThrow();
    assertThat(query.read(start, false)).contains("--since=@1795456800.250000");
    var past = query(Optional.of(5), false, selection("oops"), Optional.empty());
    assertThat(past.found("", SIX)).isEmpty();
  }

  @Test
  void behindACursorNothingIsLeftOutButItsOwnEntry() {
    var query = query(Optional.empty(), true, LogSelection.ALL, Optional.of(CURSOR));
    assertThat(query.read(new Start.AsAsked(), false)).contains("--cursor=" + CURSOR, "--no-tail");
    assertThat(query.read(new Start.AsAsked(), true)).contains("--after-cursor=" + CURSOR);
    assertThat(query.isBefore("{\"__CURSOR\" : \"" + CURSOR + "\"}")).isTrue();
    assertThat(query.isBefore("{\"__CURSOR\":\"s=1\",\"MESSAGE\":\"" + CURSOR + "\"}")).isFalse();
    assertThat(query.isBefore("no JSON")).isFalse();
  }

  @Test
  void noValueStandsByItselfWhereItCouldBeAnOption() {
    var query = query(Optional.of(5), false, selection("--output=/etc/x"), Optional.empty());
    assertThat(query.search())
        .contains("--grep=--output=/etc/x", "--unit=-.slice", "--priority=err..warning")
        .allMatch(option -> option.startsWith("--"));
  }

  private static LogQuery query(
      Optional<Integer> lines, boolean follow, LogSelection selection, Optional<String> after) {
    return new LogQuery(
        new ReadLogs(new ContainerName("web"), lines, follow, false, selection, after));
  }

  private static LogSelection selection(String pattern) {
    return new LogSelection(
        Optional.of(SIX),
        Optional.empty(),
        List.of("-.slice"),
        Optional.of("err..warning"),
        Optional.of(pattern));
  }
}
