package berth.controller.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorTest {
  private static final Map<String, String> LABELS =
      Map.of("tier", "web", "example.org/env", "prod", "canary", "");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "tier=web; true",
        "tier==web; true",
        "tier=db; false",
        "tier!=db; true",
        "tier!=web; false",
        "missing!=anything; true",
        "missing=anything; false",
        "canary; true",
        "canary=; true",
        "!canary; false",
        "!missing; true",
        "tier=web, example.org/env=prod; true",
        "tier=web,example.org/env!=prod; false"
      })
  void allTermsMustHold(String text, boolean matches) {
    assertThat(LabelSelector.parse(text).matches(LABELS)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ",", "tier=web,", "=web", "!=web", "!", "tier=a b", "tier=web=db", "a b"})
  void whatIsNoSelectorIsRefusedWithTheRule(String text) {
    assertThatThrownBy(() -> LabelSelector.parse(text))
        .hasMessageContaining("\"" + text + "\"")
        .hasMessageContaining("KEY=VALUE, KEY!=VALUE, KEY or !KEY");
  }

  @Test
  void itsTextReadsBack() {
    assertThat(LabelSelector.parse("tier==web, !old,env!=prod,canary"))
        .hasToString("tier=web,!old,env!=prod,canary");
  }
}
