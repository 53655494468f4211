package berth.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.report.FakeStreams;
import berth.protocol.CommandId;
import berth.protocol.stream.Input.OutputCredit;
import berth.protocol.stream.Output;
import berth.protocol.stream.Output.OutputChunk;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LogOutputTest {
  private final CommandId command = CommandId.next();
  private final FakeStreams streams = new FakeStreams();
  private final LogOutput output = LogOutput.open(command, streams);

  @Test
  void allLinesGoOutInOrderAndInFewChunks() {
    for (int i = 0; i < 1000; i++) {
      output.line("line " + i);
      allow(1000);
    }
    var chunks = output.finish();
    var text = new StringBuilder();
    for (long i = 1; i <= chunks; i++) {
      text.append(((OutputChunk) streams.sent.remove()).data().text());
    }
    assertThat(text.toString().lines()).hasSize(1000).startsWith("line 0").endsWith("line 999");
  }

  @Test
  void whoWritesFasterThanItGoesOutHasToWait() throws Exception {
    var line = "x".repeat(Output.CHUNK_BYTES - 1);
    var written =
        CompletableFuture.runAsync(() -> {
          for (int i = 0; i < 100; i++) {
            output.line(line);
          }
        });
    for (int i = 0; i < Output.INITIAL_CREDIT; i++) {
      assertThat(streams.sent.poll(10, TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(streams.sent.poll(200, TimeUnit.MILLISECONDS)).isNull();
    assertThat(written).isNotDone();
    for (long through = 17; through <= 100; through++) {
      allow(through);
      assertThat(streams.sent.poll(10, TimeUnit.SECONDS)).isNotNull();
    }
    written.get(10, TimeUnit.SECONDS);
    assertThat(output.finish()).isEqualTo(100);
  }

  @Test
  void abandonedItLetsEverybodyGo() throws Exception {
    var line = "x".repeat(Output.CHUNK_BYTES - 1);
    var written =
        CompletableFuture.runAsync(() -> {
          for (int i = 0; i < 100; i++) {
            output.line(line);
          }
        });
    for (int i = 0; i < Output.INITIAL_CREDIT; i++) {
      assertThat(streams.sent.poll(10, TimeUnit.SECONDS)).isNotNull();
    }
    output.abandon();
    written.get(10, TimeUnit.SECONDS);
    output.close();
    assertThat(streams.sent).isEmpty();
  }

  private void allow(long through) {
    assertThat(streams.bring(command, new OutputCredit(through))).isTrue();
  }
}
