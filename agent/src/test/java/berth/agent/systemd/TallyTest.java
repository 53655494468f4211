package berth.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class TallyTest {
  private final List<Long> told = new ArrayList<>();
  private final Queue<Runnable> pauses = new ArrayDeque<>();
  private final Tally tally = new Tally(told::add, pauses::add);

  @Test
  void theFirstIsToldAtOnceAndAThousandMoreOnceAfterThePause() {
    tally.add(1);
    assertThat(told).containsExactly(1L);
    for (int i = 0; i < 1000; i++) {
      tally.add(1);
    }
    assertThat(told).containsExactly(1L);
    pauses.remove().run();
    assertThat(told).containsExactly(1L, 1000L);
    assertThat(pauses).hasSize(1);
  }

  @Test
  void afterAQuietPauseTheNextIsToldAtOnce() {
    tally.add(2);
    pauses.remove().run();
    assertThat(told).containsExactly(2L);
    assertThat(pauses).isEmpty();
    tally.add(3);
    assertThat(told).containsExactly(2L, 3L);
  }

  @Test
  void whatIsNoneIsNotTold() {
    tally.add(0);
    tally.add(-5);
    assertThat(told).isEmpty();
    assertThat(pauses).isEmpty();
  }

  @Test
  void whatIsClosedTellsNoMore() {
    tally.add(1);
    tally.add(1);
    tally.close();
    pauses.remove().run();
    assertThat(told).containsExactly(1L);
  }
}
