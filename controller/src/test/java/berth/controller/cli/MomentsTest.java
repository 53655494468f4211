package berth.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.ZonedDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentsTest {
  private static final ZonedDateTime NOW = ZonedDateTime.parse("2026-11-24T12:00:00+01:00");

  @ParameterizedTest
  @CsvSource({
    "now,2026-11-24T11:00:00Z",
    "today,2026-11-23T23:00:00Z",
    "yesterday,2026-11-22T23:00:00Z",
    "-1h,2026-11-24T10:00:00Z",
    "-1h30min,2026-11-24T09:30:00Z",
    "+5m,2026-11-24T11:05:00Z",
    "1h ago,2026-11-24T10:00:00Z",
    "2 days 3 hours ago,2026-11-22T08:00:00Z",
    "2026-11-24T10:00:00Z,2026-11-24T10:00:00Z",
    "2026-11-24T10:00:00.25+02:00,2026-11-24T08:00:00.25Z",
    "2026-11-24,2026-11-23T23:00:00Z",
    "2026-11-24 10:00,2026-11-24T09:00:00Z",
    "2026-11-24T10:00:07,2026-11-24T09:00:07Z",
    "09:15,2026-11-24T08:15:00Z"
  })
  void aMomentIsReadAsPeopleWriteIt(String text, String instant) {
    assertThat(Moments.parse(text, NOW)).isEqualTo(Instant.parse(instant));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "soon", "1h", "-1", "-1y", "1 parsec ago", "25:00", "2026-13-01", "--x"})
  void whatIsNoMomentIsRefusedWithWhatToWrite(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Moments.parse(text, NOW))
        .withMessageContaining("bad time \"" + text + "\"")
        .withMessageContaining("1h ago");
  }
}
