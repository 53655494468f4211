package berth.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTest {

  @ParameterizedTest
  @CsvSource({
    "HUP,1,SIGHUP",
    "sigterm,15,SIGTERM",
    "SIGKILL,9,SIGKILL",
    "9,9,SIGKILL",
    "RTMIN,34,SIGRTMIN",
    "SIGRTMIN+4,38,SIGRTMIN+4",
    "RTMAX-1,63,SIGRTMIN+29",
    "RTMAX,64,SIGRTMIN+30",
    "33,33,33"
  })
  void itIsReadByNameOrNumber(String text, int number, String name) {
    assertThat(Signal.of(text).number()).isEqualTo(number);
    assertThat(Signal.of(text)).hasToString(name);
  }

  @Test
  void everyOneIsReadAsItIsWritten() {
    IntStream.rangeClosed(1, 64)
        .mapToObj(Signal::new)
        .forEach(signal -> assertThat(Signal.of(signal.name())).isEqualTo(signal));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "65", "-9", "SIG", "NONSENSE", "RTMIN+31", "RTMAX-31", "RTMIN4"})
  void whatIsNoSignalIsRefusedWithTheRule(String text) {
    assertThatThrownBy(() -> Signal.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bad signal \"" + text + "\": a name such as TERM");
  }
}
