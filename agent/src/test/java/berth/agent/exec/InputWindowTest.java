package berth.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.linux.Pipe;
import berth.agent.linux.Reactor;
import berth.agent.process.PipeReactor;
import berth.agent.report.FakeStreams;
import berth.protocol.Bytes;
import berth.protocol.CommandId;
import berth.protocol.stream.Input.StdinChunk;
import berth.protocol.stream.Input.StdinEnd;
import berth.protocol.stream.Output.InputCredit;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class InputWindowTest {
  private final FakeStreams streams = new FakeStreams();
  private final AtomicInteger losses = new AtomicInteger();
  private Reactor reactor;
  private Pipe pipe;
  private InputWindow window;

  @BeforeEach
  void open() throws Exception {
    reactor = Reactor.start();
    pipe = Pipe.open();
    window =
        new InputWindow(
            streams.open(CommandId.next(), input -> {}),
            new PipeReactor(reactor).writer(pipe.writing()),
            losses::incrementAndGet);
    window.open();
  }

  @AfterEach
  void close() {
    pipe.reading().close();
    reactor.close();
  }

  @Test
  void eachChunkIsWrittenOnceAndInOrder() {
    for (long number : new long[] {1, 2, 1, 2, 3, 3}) {
      window.take(chunk(number));
    }
    window.end(new StdinEnd(4));
    window.end(new StdinEnd(4));
    assertThat(read()).isEqualTo("1 2 3 ");
    assertThat(losses).hasValue(0);
  }

  @Test
  void aMissingChunkIsALoss() {
    window.take(chunk(1));
    window.take(chunk(3));
    assertThat(losses).hasValue(1);
    window.end(new StdinEnd(2));
    assertThat(read()).isEqualTo("1 ");
  }

  @Test
  void creditFollowsWhatTheProgramReads() throws Exception {
    assertThat(streams.sent.take()).isEqualTo(new InputCredit(InputWindow.WIDTH));
    var chunk = new byte[64 * 1024];
    for (long number = 1; number <= InputWindow.WIDTH; number++) {
      window.take(new StdinChunk(number, Bytes.of(chunk)));
    }
    var into = new byte[64 * 1024];
    for (long left = 4L * chunk.length; left > 0; ) {
      left -= Math.max(0, pipe.reading().read(into));
    }
    var more = (InputCredit) streams.sent.poll(10, TimeUnit.SECONDS);
    assertThat(more.through()).isGreaterThan(InputWindow.WIDTH);
  }

  @Test
  void aProgramThatReadsNoMoreHasItsInputThrownAway() throws Exception {
    pipe.reading().close();
    for (long number = 1; number <= InputWindow.WIDTH; number++) {
      window.take(chunk(number));
    }
    assertThat(streams.sent.take()).isEqualTo(new InputCredit(InputWindow.WIDTH));
    assertThat(streams.sent.poll(10, TimeUnit.SECONDS)).isNotNull();
  }

  private static StdinChunk chunk(long number) {
    return new StdinChunk(number, Bytes.of(number + " "));
  }

  private String read() {
    var text = new StringBuilder();
    var into = new byte[1024];
    for (int count = pipe.reading().read(into); count > 0; count = pipe.reading().read(into)) {
      text.append(new String(into, 0, count, StandardCharsets.UTF_8));
    }
    return text.toString();
  }
}
