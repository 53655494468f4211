package berth.agent.view;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CountersTest {
  private static final ContainerName WEB = new ContainerName("web");

  @Test
  void whatWasCountedInBetweenIsWhatWasUsedASecond() {
    var usage =
        counters(1, 4_000_000, 3000).since(Optional.of(counters(1, 1_000_000, 1000)), WEB, 2);
    assertThat(usage.cpus()).hasValue(1.5);
    assertThat(usage.read()).hasValue(new ByteSize(1000));
    assertThat(usage.memory()).hasValue(new ByteSize(42));
    assertThat(usage.tasks()).isEmpty();
    assertThat(usage.sent()).isEmpty();
  }

  @Test
  void anotherRunOfAContainerIsNotComparedWithTheOneBefore() {
    var usage = counters(2, 10, 10).since(Optional.of(counters(1, 1_000_000, 1000)), WEB, 2);
    assertThat(usage.cpus()).isEmpty();
    assertThat(usage.read()).isEmpty();
    assertThat(usage.memory()).isPresent();
    assertThat(counters(2, 10, 10).since(Optional.empty(), WEB, 2).cpus()).isEmpty();
  }

  @Test
  void aDeviceThatWentAwayIsNoNegativeRate() {
    var usage = counters(1, 10, 500).since(Optional.of(counters(1, 10, 1000)), WEB, 2);
    assertThat(usage.read()).hasValue(new ByteSize(0));
  }

  private static Counters counters(long leader, long cpuMicros, long read) {
    var unknown = OptionalLong.empty();
    return new Counters(
        leader,
        OptionalLong.of(cpuMicros),
        OptionalLong.of(42),
        unknown,
        OptionalLong.of(read),
        OptionalLong.of(0),
        unknown,
        unknown);
  }
}
