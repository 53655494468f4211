package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import berth.protocol.state.PoolFullness;
import berth.protocol.state.PoolState.Health;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdsTest {
  @ParameterizedTest
  @CsvSource({
    "OK, 0.799, OK",
    "OK, 0.80, NEARLY_FULL",
    "OK, 0.95, FULL",
    "NEARLY_FULL, 0.78, NEARLY_FULL",
    "NEARLY_FULL, 0.769, OK",
    "NEARLY_FULL, 0.95, FULL",
    "FULL, 0.93, FULL",
    "FULL, 0.919, NEARLY_FULL",
    "FULL, 0.1, OK"
  })
  void aPoolGetsWorseAtOnceAndBetterByAMargin(Health before, double data, Health then) {
    assertThat(Thresholds.USUAL.next(before, fullness(data, 0.1, 0.2))).isEqualTo(then);
  }

  @Test
  void whateverIsUsedUpMostCounts() {
    assertThat(Thresholds.USUAL.next(Health.OK, fullness(0.1, 0.81, 0.2)))
        .isEqualTo(Health.NEARLY_FULL);
    assertThat(Thresholds.USUAL.next(Health.OK, fullness(0.1, 0.2, 0.99))).isEqualTo(Health.FULL);
    assertThat(Thresholds.USUAL.next(Health.OK, PoolFullness.NONE)).isEqualTo(Health.OK);
  }

  @Test
  void theyAreInOrder() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Thresholds(0.9, 0.8));
    assertThatIllegalArgumentException().isThrownBy(() -> new Thresholds(0.8, 1.1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Thresholds(0, 0.9));
  }

  private static PoolFullness fullness(double data, double metadata, double inodes) {
    return new PoolFullness(Optional.of(data), Optional.of(metadata), Optional.of(inodes));
  }
}
