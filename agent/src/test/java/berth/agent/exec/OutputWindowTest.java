package berth.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.report.FakeStreams;
import berth.protocol.Bytes;
import berth.protocol.CommandId;
import berth.protocol.stream.Output;
import berth.protocol.stream.Output.Channel;
import berth.protocol.stream.Output.OutputChunk;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OutputWindowTest {
  private final FakeStreams streams = new FakeStreams();
  private final AtomicInteger room = new AtomicInteger();
  private final OutputWindow window =
      new OutputWindow(streams.open(CommandId.next(), input -> {}), room::incrementAndGet);

  @Test
  void chunksAreNumberedFromOneOverBothChannels() {
    window.send(Channel.STDERR, new byte[] {1});
    window.send(Channel.STDOUT, new byte[] {2});
    assertThat(streams.sent)
        .containsExactly(
            new OutputChunk(1, Channel.STDERR, Bytes.of(new byte[] {1})),
            new OutputChunk(2, Channel.STDOUT, Bytes.of(new byte[] {2})));
    assertThat(window.sent()).isEqualTo(2);
  }

  @Test
  void thereIsRoomForSoManyBeforeTheFirstCredit() {
    fill();
    assertThat(window.sent()).isEqualTo(Output.INITIAL_CREDIT);
    assertThat(room).hasValue(0);
  }

  @Test
  void creditOpensAFullWindowOnce() {
    fill();
    window.credit(20);
    window.credit(21);
    assertThat(room).hasValue(1);
    fill();
    assertThat(window.sent()).isEqualTo(21);
  }

  @Test
  void creditThatIsOldOrComesTwiceChangesNothing() {
    fill();
    window.credit(20);
    fill();
    window.credit(20);
    window.credit(3);
    assertThat(window.hasRoom()).isFalse();
    assertThat(room).hasValue(1);
  }

  @Test
  void noCreditOpensItWithoutLimit() {
    fill();
    window.credit(Long.MAX_VALUE);
    fill();
    assertThat(window.sent()).isEqualTo(Output.INITIAL_CREDIT + OutputWindow.WIDEST);
  }

  private void fill() {
    while (window.hasRoom()) {
      window.send(Channel.STDOUT, new byte[0]);
    }
  }
}
