package berth.agent.systemd.dbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"", "y", "sa(sv)", "a{sv}", "a{s(ii)}", "((i)(aai))", "ybnqiuxtdsoghv", "aa{oas}"})
  void whatTheSpecificationAllowsIsTaken(String text) {
    assertThat(new Signature(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a", "(", ")", "()", "(i", "{sv}", "a{s}", "a{sss}", "a{vs}", "a{(i)s}", "a{asi}", "a{sv",
        "z", "i)", "m", "r", "e", "*", "\u00e9", "a{}", "(i}"
      })
  void whatTheSpecificationForbidsIsRefused(String text) {
    assertThatThrownBy(() -> new Signature(text)).isInstanceOf(BusException.class);
  }

  @Test
  void thirtyTwoLevelsAreTheMost() {
    assertThat(new Signature("a".repeat(32) + "i")).isNotNull();
    assertThat(new Signature("(".repeat(32) + "i" + ")".repeat(32))).isNotNull();
    assertThat(new Signature("a".repeat(32) + "(".repeat(32) + "i" + ")".repeat(32))).isNotNull();
    assertThatThrownBy(() -> new Signature("a".repeat(33) + "i"))
        .hasMessageContaining("nested too deep");
    assertThatThrownBy(() -> new Signature("(".repeat(33) + "i" + ")".repeat(33)))
        .hasMessageContaining("nested too deep");
  }

  @Test
  void twoHundredAndFiftyFiveCharactersAreTheMost() {
    assertThat(new Signature("i".repeat(255)).types()).hasSize(255);
    assertThatThrownBy(() -> new Signature("i".repeat(256))).hasMessageContaining("256 characters");
  }

  @Test
  void aVariantHasOneType() {
    assertThatThrownBy(() -> new Signature("ii").single()).isInstanceOf(BusException.class);
    assertThatThrownBy(() -> new Signature("").single()).isInstanceOf(BusException.class);
  }
}
