package berth.controller.fleet;

import static berth.controller.CoreFixture.LAB1;
import static berth.controller.CoreFixture.LAB2;
import static berth.controller.CoreFixture.WEB;
import static berth.controller.CoreFixture.container;
import static berth.controller.CoreFixture.presence;
import static berth.controller.CoreFixture.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.CoreFixture;
import berth.controller.model.FleetEvent;
import berth.protocol.ByteSize;
import berth.protocol.CommandId;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import berth.protocol.PoolName;
import berth.protocol.event.Event;
import berth.protocol.event.Event.ContainerCreated;
import berth.protocol.event.Event.ContainerRemoved;
import berth.protocol.event.Event.ContainerStarted;
import berth.protocol.event.Event.PoolNearlyFull;
import berth.protocol.event.Event.PoolRecovered;
import berth.protocol.event.EventMessage;
import berth.protocol.state.ContainerState.Status;
import berth.protocol.state.PoolState;
import berth.protocol.state.PoolState.Health;
import berth.protocol.state.PoolState.Layout;
import berth.protocol.state.Presence;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetTest {
  private static final Presence.Status ONLINE = Presence.Status.ONLINE;
  private static final Presence.Status OFFLINE = Presence.Status.OFFLINE;

  @TempDir Path folder;
  private CoreFixture core;

  @BeforeEach
  void open() {
    core = new CoreFixture(folder);
  }

  @AfterEach
  void close() {
    core.close();
  }

  @Test
  void aHostThatGoesWhileTheDatabaseCannotTakeItIsInTheLogOnceItCan() {
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), false));
    var gone = presence(LAB1, OFFLINE, 1, 1);
    refuseEvents();

    assertThatThrownBy(() -> core.on(() -> core.fleet.presence(gone, false)))
        .hasMessageContaining("refused");
    takeEvents();
    core.on(() -> core.fleet.presence(gone, false));

    assertThat(log()).containsExactly("host-online", "host-offline");
  }

  @Test
  void aHostThatComesAndGoesIsInTheLog() {
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), false));
    assertThat(core.fleet.host(LAB1).status()).isEqualTo(ONLINE);

    core.on(() -> core.fleet.presence(presence(LAB1, OFFLINE, 1, 1), false));

    assertThat(core.fleet.host(LAB1).status()).isEqualTo(OFFLINE);
    assertThat(log()).containsExactly("host-online", "host-offline");
  }

  @Test
  void theWillOfAnOlderConnectionDoesNotMarkANewerOneOffline() {
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 2), false));

    core.on(() -> core.fleet.presence(presence(LAB1, OFFLINE, 1, 1), false));
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 2, 1), false));
    core.on(() -> core.fleet.presence(presence(LAB1, OFFLINE, 1, 2), false));

    assertThat(core.fleet.host(LAB1).status()).isEqualTo(ONLINE);
    assertThat(log()).containsExactly("host-online");
  }

  @Test
  void aStateReplacesThePictureUnlessItIsOlder() {
    core.on(() -> core.fleet.state(state(LAB1, 2, 5, container(WEB, Status.READY))));

    core.on(() -> core.fleet.state(state(LAB1, 2, 4)));
    core.on(() -> core.fleet.state(state(LAB1, 1, 9)));
    assertThat(core.fleet.containers(Optional.empty())).hasSize(1);

    core.on(() -> core.fleet.state(state(LAB1, 3, 0)));
    assertThat(core.fleet.containers(Optional.empty())).isEmpty();
  }

  @Test
  void theNextEventChangesThePicture() {
    core.on(() -> core.fleet.state(state(LAB1, 1, 0)));

    tell(1, 1, new ContainerCreated(container(WEB, Status.STOPPED)));
    tell(1, 2, new ContainerStarted(container(WEB, Status.RUNNING)));

    var web = core.fleet.container(new ContainerRef(LAB1, WEB));
    assertThat(web.container().status()).isEqualTo(Status.RUNNING);
    assertThat(core.fleet.host(LAB1).running()).isEqualTo(1);
    tell(1, 3, new ContainerRemoved(WEB));
    assertThat(core.fleet.containers(Optional.of(LAB1))).isEmpty();
    assertThat(core.askedForState).isEmpty();
  }

  @Test
  void aPoolIsAsItsNewestEventTells() {
    core.on(() -> core.fleet.state(state(LAB1, 1, 0)));
    var place = "/var/lib/machines";
    var size = new ByteSize(1000);
    var pool = new PoolState(new PoolName("p"), Layout.DIRECTORY, place, size, new ByteSize(900));

    tell(1, 1, new PoolNearlyFull(pool.withHealth(Health.NEARLY_FULL)));
    tell(1, 2, new PoolRecovered(pool.withHealth(Health.OK)));

    assertThat(core.fleet.pools(Optional.of(LAB1)))
        .extracting(view -> view.pool().health())
        .containsExactly(Optional.of(Health.OK));
    assertThat(log()).containsExactly("pool-nearly-full", "pool-recovered");
  }

  @Test
  void anEventThatComesTwiceCountsOnce() {
    core.on(() -> core.fleet.state(state(LAB1, 1, 0)));
    tell(1, 1, new ContainerCreated(container(WEB, Status.STOPPED)));
    tell(1, 2, new ContainerRemoved(WEB));

    tell(1, 1, new ContainerCreated(container(WEB, Status.STOPPED)));

    assertThat(core.fleet.containers(Optional.empty())).isEmpty();
    assertThat(log()).containsExactly("container-created", "container-removed");
  }

  @Test
  void aGapAsksForTheWholeStateOnceAndKeepsTheEvents() {
    core.on(() -> core.fleet.state(state(LAB1, 1, 0)));

    tell(1, 2, new ContainerStarted(container(WEB, Status.RUNNING)));
    tell(1, 3, new ContainerRemoved(WEB));

    assertThat(core.askedForState).containsExactly(LAB1);
    assertThat(log()).containsExactly("container-started", "container-removed");
    core.askedForState.clear();
    core.on(() -> core.fleet.state(state(LAB1, 1, 3)));
    tell(1, 5, new ContainerRemoved(WEB));
    assertThat(core.askedForState).containsExactly(LAB1);
  }

  @Test
  void aHostThatDoesNotAnswerIsAskedAgainAfterAWhile() {
    core.on(() -> core.fleet.state(state(LAB1, 1, 0)));
    tell(2, 1, new ContainerRemoved(WEB));
    core.clock.forward(Duration.ofSeconds(61));

    tell(2, 2, new ContainerRemoved(WEB));

    assertThat(core.askedForState).containsExactly(LAB1, LAB1);
  }

  @Test
  void whatABrokerKeptOfAHostCountsOnceTheHostSaysSomethingItself() {
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), true));
    assertThat(core.fleet.host(LAB1).status()).isEqualTo(OFFLINE);
    assertThat(core.askedForState).containsExactly(LAB1);

    core.on(() -> core.fleet.heard(LAB1));

    assertThat(core.fleet.host(LAB1).status()).isEqualTo(ONLINE);
  }

  @Test
  void afterARestartTheHostsAreKnownAndOfflineWithoutNews() {
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), false));
    core.close();
    core = new CoreFixture(folder);
    assertThat(core.fleet.host(LAB1).status()).isEqualTo(OFFLINE);

    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 2), false));

    assertThat(core.fleet.host(LAB1).status()).isEqualTo(ONLINE);
    assertThat(log()).containsExactly("host-online");
  }

  @Test
  void aPresenceThatComesLateDoesNotBringAConnectionBack() {
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), false));
    core.on(() -> core.fleet.presence(presence(LAB1, OFFLINE, 1, 1), false));

    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), false));

    assertThat(core.fleet.host(LAB1).status()).isEqualTo(OFFLINE);
  }

  @Test
  void aHostThatCameAndDoesNotAnswerIsAskedAgain() {
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), true));
    core.on(() -> core.fleet.presence(presence(LAB2, ONLINE, 1, 1), false));

    core.run(core.fleet::askAgain);

    assertThat(core.askedForState).containsExactly(LAB1, LAB1);
  }

  @Test
  void whatABrokerDeliversOnceMoreAfterACrashIsNoSignOfLife() {
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), false));
    core.close();
    core = new CoreFixture(folder);

    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), false));
    core.on(() -> core.fleet.answered(LAB1, CommandId.next()));
    assertThat(core.fleet.host(LAB1).status()).isEqualTo(OFFLINE);
    assertThat(core.askedForState).containsExactly(LAB1);

    core.on(() -> core.fleet.answered(LAB1, core.lastRequest));
    assertThat(core.fleet.host(LAB1).status()).isEqualTo(ONLINE);
  }

  @Test
  void aHostThatDiedWithTheControllerIsFoundOfflineInTheEnd() {
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), false));
    core.on(() -> core.fleet.presence(presence(LAB2, ONLINE, 1, 1), false));
    core.close();
    core = new CoreFixture(folder);
    core.on(() -> core.fleet.presence(presence(LAB1, ONLINE, 1, 1), true));
    core.on(() -> core.fleet.presence(presence(LAB2, ONLINE, 1, 1), true));
    core.on(() -> core.fleet.heard(LAB2));

    core.on(core.fleet::settle);

    assertThat(log()).containsExactly("host-online", "host-online", "host-offline");
    assertThat(core.fleet.host(LAB2).status()).isEqualTo(ONLINE);
  }

  @Test
  void anUnknownHostIsRefusedWithTheKnownOnes() {
    core.come(LAB1);

    assertThatThrownBy(() -> core.fleet.host(new HostId("nowhere")))
        .hasMessageContaining("no host nowhere");
    assertThat(core.fleet.unknown(new HostId("nowhere")).problem().remedy())
        .hasValue("known hosts: lab1");
  }

  private void tell(long epoch, long sequence, Event event) {
    core.on(() -> core.fleet.event(new EventMessage(LAB1, epoch, sequence, Instant.EPOCH, event)));
  }

  private void refuseEvents() {
    CoreFixture.await(
        core.database.write(tx ->
            tx.execute(
                """
                CREATE TRIGGER refused BEFORE INSERT ON event
                BEGIN SELECT RAISE(ABORT, 'refused by this test'); END
                """)));
  }

  private void takeEvents() {
    CoreFixture.await(core.database.write(tx -> tx.execute("DROP TRIGGER refused")));
  }

  private List<String> log() {
    return CoreFixture.await(core.journal.latest(100)).stream().map(FleetEvent::kind).toList();
  }
}
