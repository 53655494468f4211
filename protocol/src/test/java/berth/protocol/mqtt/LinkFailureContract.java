package berth.protocol.mqtt;

import static berth.protocol.mqtt.LinkFixture.await;
import static berth.protocol.mqtt.LinkFixture.failureOf;
import static berth.protocol.mqtt.LinkFixture.options;
import static berth.protocol.mqtt.LinkFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.mqtt.MqttLinkOptions.Timing;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a link and an outbox promise when the broker dies, freezes and comes back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LinkFailureContract {

  private Broker broker;
  private LinkFixture links;

  abstract Broker brokerIn(Path folder);

  @BeforeAll
  void startBroker(@TempDir Path folder) {
    broker = brokerIn(folder);
    broker.start();
  }

  @AfterAll
  void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void prepare() {
    links = new LinkFixture();
  }

  @AfterEach
  void stopLinks() {
    links.close();
  }

  /** A client that is used again keeps counting what it had in flight until nothing may go. */
  @Test
  void afterTheBrokerWasKilledEverythingCanBePublishedAgain() {
    var ears = Ears.silent();
    var link = links.connected(options(broker.port(), "killed"), ears);
    ears.awaitConnected();
    broker.freeze();
    var lost =
        IntStream.range(0, 500)
            .mapToObj(i -> link.publish(Outgoing.of("t/killed", text("" + i))))
            .toList();

    broker.kill();

    assertThat(lost).allMatch(publish -> failureOf(publish) instanceof LinkException.Down);
    assertThat(ears.awaitDisconnected()).isNotNull();
    assertThat(link.isConnected()).isFalse();
    broker.start();
    ears.awaitConnected();
    await(
        Future.all(
            IntStream.range(0, 2_000)
                .mapToObj(i -> link.publish(Outgoing.of("t/killed", text("" + i))))
                .toList()));
  }

  @Test
  void aMessageInHandWhenTheBrokerCrashesComesAgain() {
    var ears = Ears.silent();
    links.connected(options(broker.port(), "hand-receiver", "t/hand"), ears);
    var sender = links.connected(options(broker.port(), "hand-sender"), Ears.silent());
    await(sender.publish(Outgoing.of("t/hand", text("precious"))));
    var first = ears.awaitMessage();

    broker.crash();
    first.acknowledge();
    broker.start();

    assertThat(ears.awaitMessage().payload()).isEqualTo(text("precious"));
  }

  @Test
  void anOutboxLosesNothingThoughTheBrokerCrashes() {
    int count = 2_000;
    var ears = Ears.acknowledging();
    links.connected(options(broker.port(), "outbox-receiver", "t/outbox"), ears);
    var sender = links.link(options(broker.port(), "outbox-sender"), Ears.silent());
    var store = new MemoryOutboxStore();
    var refused = new ArrayList<OutboxStore.Stored>();
    var outbox = new Outbox(links.vertx, sender, store, (stored, _) -> refused.add(stored));
    await(sender.start());

    var kept = new ArrayList<Future<Long>>();
    for (int i = 0; i < count; i++) {
      kept.add(outbox.send(Outgoing.of("t/outbox", text("" + i))));
    }
    Set<String> arrived = new LinkedHashSet<>();
    collect(ears, arrived, count / 4);
    broker.crash();
    await(Future.all(kept));
    broker.start();
    collect(ears, arrived, count);

    assertThat(arrived)
        .containsExactlyElementsOf(IntStream.range(0, count).mapToObj(i -> "" + i).toList());
    assertThat(refused).isEmpty();
    await(outbox.stop());
  }

  private static void collect(Ears ears, Set<String> into, int count) {
    while (into.size() < count) {
      into.add(ears.awaitMessage().payload().toString());
    }
  }

  @Test
  void aFrozenBrokerIsNoticedWhileNothingIsSaid() {
    noticesFreeze("frozen-quiet", _ -> {});
  }

  /** The client's own keep-alive watches what is written, so much writing keeps it calm. */
  @Test
  void aFrozenBrokerIsNoticedWhileMuchIsSaid() {
    var large = Outgoing.of("t/frozen", Buffer.buffer(new byte[20_000]));
    noticesFreeze("frozen-busy", link -> links.vertx.setPeriodic(10, _ -> link.publish(large)));
  }

  private interface Talk {
    void begin(MqttLink link);
  }

  private void noticesFreeze(String clientId, Talk talk) {
    var ears = Ears.silent();
    var timing = timing(1, 2, 60);
    var link = links.connected(options(broker.port(), clientId).with(timing), ears);
    ears.awaitConnected();
    talk.begin(link);

    broker.freeze();
    long froze = System.nanoTime();
    var reason = ears.awaitDisconnected();
    var noticed = Duration.ofNanos(System.nanoTime() - froze);
    broker.thaw();

    assertThat(reason).hasMessage("no sign of life within PT2S");
    assertThat(noticed).isBetween(Duration.ofMillis(1_500), Duration.ofSeconds(20));
    ears.awaitConnected();
  }

  @Test
  void aBrokerThatOwesAnAcknowledgementForTooLongIsLeft() {
    var ears = Ears.silent();
    var link = links.connected(options(broker.port(), "owing").with(timing(1, 30, 2)), ears);
    ears.awaitConnected();

    broker.freeze();
    var publish = link.publish(Outgoing.of("t/owing", text("?")));
    var reason = ears.awaitDisconnected();
    broker.thaw();

    assertThat(reason).hasMessage("no acknowledgement within PT2S");
    assertThat(failureOf(publish)).isSameAs(reason);
    ears.awaitConnected();
  }

  @Test
  void aBrokerThatAcceptsNoMoreThanTheSocketIsTriedAgain() {
    var ears = Ears.silent();
    var link = links.link(options(broker.port(), "patient").with(timing(5, 20, 60)), ears);
    broker.freeze();
    var started = link.start();
    await(links.vertx.timer(4, TimeUnit.SECONDS));
    assertThat(started.isComplete()).isFalse();

    broker.thaw();

    await(started);
    assertThat(List.copyOf(ears.connected)).hasSize(1);
  }

  private static Timing timing(int heartbeat, int silence, int acknowledgement) {
    return new Timing(
        Duration.ofSeconds(60),
        Duration.ofSeconds(heartbeat),
        Duration.ofSeconds(silence),
        Duration.ofSeconds(3),
        Duration.ofSeconds(acknowledgement));
  }
}
