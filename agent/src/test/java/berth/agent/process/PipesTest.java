package berth.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.linux.Fd;
import berth.agent.linux.Pipe;
import berth.agent.linux.Reactor;
import berth.agent.systemd.dbus.Descriptors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipesTest {
  private static final int PIPE_HOLDS = 64 << 10;

  private Reactor reactor;
  private PipeReactor pipes;

  @BeforeEach
  void start() throws IOException {
    reactor = Reactor.start();
    pipes = new PipeReactor(reactor);
  }

  @AfterEach
  void end() {
    reactor.close();
  }

  @Test
  void nothingIsReadBeforeTheReaderIsResumed() throws Exception {
    var pipe = Pipe.open();
    var taken = new Taken();
    PipeReader reader = pipes.reader(pipe.reading(), taken);
    write(pipe.writing(), "hello");
    settle();
    assertThat(taken.size()).isZero();
    reader.resume();
    pipe.writing().close();
    taken.ended.get(10, TimeUnit.SECONDS);
    assertThat(taken.text()).isEqualTo("hello");
  }

  @Test
  void aReaderIsNotResumedWhereThatIsNotWantedAnyMore() throws Exception {
    var pipe = Pipe.open();
    var taken = new Taken();
    PipeReader reader = pipes.reader(pipe.reading(), taken);
    write(pipe.writing(), "hello");
    reader.resumeWhere(() -> false);
    settle();
    assertThat(taken.size()).isZero();
    reader.resumeWhere(reactor::isCurrent);
    pipe.writing().close();
    taken.ended.get(10, TimeUnit.SECONDS);
    assertThat(taken.text()).isEqualTo("hello");
  }

  @Test
  void aPausedReaderStopsTheWriter() throws Exception {
    var pipe = Pipe.open();
    var taken = new Taken();
    taken.pauseAfter = 1;
    PipeReader reader = pipes.reader(pipe.reading(), taken);
    PipeWriter writer = pipes.writer(pipe.writing());
    var written = writer.write(new byte[1 << 20]);
    reader.resume();
    taken.paused.get(10, TimeUnit.SECONDS);
    settle();
    assertThat(taken.size()).isLessThanOrEqualTo(PIPE_HOLDS);
    assertThat(written).isNotDone();

    taken.pauseAfter = Integer.MAX_VALUE;
    reader.resume();
    written.get(10, TimeUnit.SECONDS);
    writer.end();
    taken.ended.get(10, TimeUnit.SECONDS);
    assertThat(taken.size()).isEqualTo(1 << 20);
  }

  @Test
  void aDeadProgramsPipeEndsThoughSomebodyElseHoldsIt() throws Exception {
    var pipe = Pipe.open();
    var taken = new Taken();
    PipeReader reader = pipes.reader(pipe.reading(), taken);
    try (Fd _ = pipe.writing().duplicate()) {
      write(pipe.writing(), "x".repeat(50_000));
      pipe.writing().close();
      reader.drainAndEnd();
      settle();
      assertThat(taken.ended).as("paused: what it holds is not lost").isNotDone();
      reader.resume();
      taken.ended.get(10, TimeUnit.SECONDS);
      assertThat(taken.size()).isEqualTo(50_000);
    }
  }

  @Test
  void aProgramThatNoLongerReadsIsTold() throws Exception {
    var pipe = Pipe.open();
    PipeWriter writer = pipes.writer(pipe.writing());
    pipe.reading().close();
    assertThat(writer.write(new byte[10]))
        .failsWithin(10, TimeUnit.SECONDS)
        .withThrowableThat()
        .withMessageContaining("no longer reads");
    assertThat(writer.write(new byte[10])).failsWithin(10, TimeUnit.SECONDS);
  }

  @Test
  void noMoreThanOneMebibyteWaitsForAProgram() throws Exception {
    var pipe = Pipe.open();
    try (PipeWriter writer = pipes.writer(pipe.writing());
        Fd _ = pipe.reading()) {
      var first = writer.write(new byte[PipeWriter.MOST_WAITING]);
      var second = writer.write(new byte[PIPE_HOLDS + 1]);
      assertThat(second)
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableThat()
          .withMessageContaining("wait for the program");
      assertThat(first).isNotDone();
    }
  }

  @Test
  void fourHundredPipesNeedNoThreadEachAndLeaveNothingOpen() throws Exception {
    var before = Descriptors.open();
    int threads = Thread.activeCount();
    List<Taken> all = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      var pipe = Pipe.open();
      var taken = new Taken();
      all.add(taken);
      pipes.reader(pipe.reading(), taken).resume();
      PipeWriter writer = pipes.writer(pipe.writing());
      var _ = writer.write(new byte[10_000]);
      writer.end();
    }
    for (Taken taken : all) {
      taken.ended.get(10, TimeUnit.SECONDS);
      assertThat(taken.size()).isEqualTo(10_000);
    }
    assertThat(Thread.activeCount()).isLessThan(threads + 10);
    settle();
    assertThat(Descriptors.open()).isEqualTo(before);
  }

  /** Returns when the reactor has done what it was asked to before. */
  private void settle() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      var done = new CountDownLatch(1);
      reactor.execute(done::countDown);
      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void write(Fd fd, String text) {
    fd.write(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  private static final class Taken implements PipeReader.Sink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> paused = new CompletableFuture<>();
    private volatile int pauseAfter = Integer.MAX_VALUE;

    @Override
    public void data(PipeReader reader, byte[] more) {
      bytes.writeBytes(more);
      if (bytes.size() >= pauseAfter) {
        reader.pause();
        paused.complete(null);
      }
    }

    @Override
    public void end() {
      ended.complete(null);
    }

    int size() {
      return bytes.size();
    }

    String text() {
      return bytes.toString(java.nio.charset.StandardCharsets.UTF_8);
    }
  }
}
