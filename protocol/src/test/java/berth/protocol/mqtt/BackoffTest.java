package berth.protocol.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private final Random random = new Random(42);
  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));

  @Test
  void waitsAreSpreadFromNothingToTheDoubledFirst() {
    for (int failures = 0; failures < 6; failures++) {
      int count = failures;
      var waits =
          IntStream.range(0, 2_000).mapToObj(_ -> backoff.delay(count, random).toMillis()).toList();
      long ceiling = 100L << failures;

      assertThat(waits).allMatch(wait -> wait >= 0 && wait <= ceiling);
      assertThat(waits).anyMatch(wait -> wait < ceiling / 10);
      assertThat(waits).anyMatch(wait -> wait > ceiling * 9 / 10);
    }
  }

  @Test
  void noWaitIsLongerThanTheLongest() {
    for (int failures : new int[] {7, 20, 63, 64, 1_000, Integer.MAX_VALUE}) {
      for (int i = 0; i < 1_000; i++) {
        assertThat(backoff.delay(failures, random))
            .isBetween(Duration.ZERO, Duration.ofSeconds(10));
      }
    }
  }

  @Test
  void aBackoffThatShrinksIsRefused() {
    assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
