package berth.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.mqtt.Outgoing;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WaitingOutputTest {
  private static final Outgoing CHUNK =
      Outgoing.of("berth/1/h/lab1/output/x", Buffer.buffer(new byte[1 << 20]));

  private final AtomicInteger opened = new AtomicInteger();
  private final WaitingOutput waiting = new WaitingOutput(opened::incrementAndGet);

  @Test
  void theOutputOfAllProgramsTogetherIsBounded() {
    var sent = new ArrayList<Long>();
    while (waiting.hasRoom()) {
      sent.add(waiting.append(CHUNK));
    }
    assertThat(sent).hasSize(16);
    waiting.remove(List.of(sent.getFirst()));
    assertThat(waiting.hasRoom()).isTrue();
    assertThat(opened).hasValue(1);
    waiting.remove(List.of(sent.getFirst(), sent.get(1)));
    assertThat(opened).as("told once").hasValue(1);
  }

  @Test
  void whatIsRemovedTwiceIsCountedOnce() {
    var first = waiting.append(CHUNK);
    waiting.remove(List.of(first));
    waiting.remove(List.of(first));
    for (int i = 0; i < 16; i++) {
      assertThat(waiting.hasRoom()).isTrue();
      waiting.append(CHUNK);
    }
    assertThat(waiting.hasRoom()).isFalse();
  }
}
