package berth.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.journal.OutboxTable;
import berth.agent.journal.Store;
import berth.protocol.mqtt.OutboxStore.Stored;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Qos;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalOutboxTest {
  private static final Outgoing PLAIN = Outgoing.of("berth/1/h/lab1/reply", Buffer.buffer("one"));
  private static final Outgoing FULL =
      Outgoing.of("berth/1/h/lab1/state", Buffer.buffer(new byte[] {0, -1, 5}))
          .with(Qos.AT_MOST_ONCE)
          .withUserProperties(Map.of("signature", "abc"))
          .expiringAt(Instant.parse("2026-11-23T18:00:00.123Z"))
          .asRetained();

  @TempDir Path folder;

  @Test
  void messagesComeBackInTheirOrderAsTheyWereAlsoAfterARestart() {
    try (var store = new Store(folder)) {
      var outbox = new JournalOutbox(new OutboxTable(store));
      assertThat(outbox.append(PLAIN)).isEqualTo(1);
      assertThat(outbox.append(FULL)).isEqualTo(2);
      assertThat(outbox.append(PLAIN)).isEqualTo(3);
      outbox.remove(List.of(1L));
    }
    try (var store = new Store(folder)) {
      var outbox = new JournalOutbox(new OutboxTable(store));
      assertThat(outbox.next(0)).contains(new Stored(2, FULL));
      assertThat(outbox.next(2)).contains(new Stored(3, PLAIN));
      assertThat(outbox.next(3)).isEmpty();
    }
  }
}
