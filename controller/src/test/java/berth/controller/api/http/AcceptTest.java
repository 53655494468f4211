package berth.controller.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptTest {
  private static final List<String> OFFERED =
      List.of("application/openmetrics-text; version=1.0.0", "text/plain; version=0.0.4");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/* | openmetrics",
        "text/plain | plain",
        "text/* | plain",
        "TEXT/PLAIN | plain",
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.75 | plain",
        "application/openmetrics-text;q=0.9,*/*;q=0.1 | openmetrics",
        "application/*;q=0,*/* | plain",
        "text/plain;q=1, application/openmetrics-text;q=1 | openmetrics",
      })
  void theBestLikedOfWhatIsOfferedIsTaken(String header, String expected) {
    assertThat(Accept.of(header).best(OFFERED).orElseThrow()).contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"application/json", "text/plain;q=0", "*/*;q=0", "nonsense", "text/plain;q=x"})
  void nothingIsTakenWhereNothingFits(String header) {
    assertThat(Accept.of(header).best(OFFERED)).isEmpty();
  }

  @Test
  void noHeaderTakesAnything() {
    assertThat(Accept.of(null).best(OFFERED)).isEqualTo(Optional.of(OFFERED.getFirst()));
    assertThat(Accept.of(" ").best(OFFERED)).isEqualTo(Optional.of(OFFERED.getFirst()));
  }
}
