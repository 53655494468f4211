package berth.agent.copy;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.copy.tar.Extent;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExtentsTest {
  @Test
  void smallHolesBecomeData() {
    var runs = List.of(new Extent(0, 10), new Extent(14, 6), new Extent(30, 5), new Extent(36, 1));
    assertThat(Extents.merged(runs, 4))
        .containsExactly(new Extent(0, 10), new Extent(14, 6), new Extent(30, 7));
    assertThat(Extents.merged(runs, 5)).containsExactly(new Extent(0, 20), new Extent(30, 7));
    assertThat(Extents.merged(runs, 100)).containsExactly(new Extent(0, 37));
  }
}
