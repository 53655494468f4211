package berth.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.journal.OutboxTable;
import berth.agent.journal.Store;
import berth.agent.journal.ToldTable;
import berth.protocol.ByteSize;
import berth.protocol.HostId;
import berth.protocol.PoolName;
import berth.protocol.event.Event.PoolNearlyFull;
import berth.protocol.event.Event.PoolRecovered;
import berth.protocol.state.PoolState;
import berth.protocol.state.PoolState.Health;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
  private static final PoolState POOL =
      new PoolState(
          new PoolName("default"),
          PoolState.Layout.BTRFS,
          "/var/lib/machines",
          new ByteSize(4096),
          new ByteSize(1024));

  @TempDir Path folder;

  @Test
  void theNextAgentKnowsWhatWasToldOfAPoolLast() {
    var nearly = POOL.withHealth(Health.NEARLY_FULL);
    var well = POOL.withHealth(Health.OK);
    try (var store = new Store(folder)) {
      var events = events(store);
      assertThat(events.toldPools()).isEmpty();
      events.happened(new PoolNearlyFull(nearly));
    }
    try (var store = new Store(folder)) {
      var events = events(store);
      assertThat(events.toldPools()).containsExactly(nearly);
      assertThat(events.toldContainers()).isEmpty();
      assertThat(new OutboxTable(store).size()).isEqualTo(1);
      events.happened(new PoolRecovered(well));
    }
    try (var store = new Store(folder)) {
      assertThat(events(store).toldPools()).containsExactly(well);
      assertThat(new OutboxTable(store).size()).isEqualTo(2);
    }
  }

  private static EventLog events(Store store) {
    return new EventLog(
        new HostId("lab1"),
        1,
        new OutboxTable(store),
        new ToldTable(store),
        () -> {},
        () -> {},
        InstantSource.system());
  }
}
