package berth.protocol.mqtt;

import static berth.protocol.mqtt.LinkFixture.await;
import static berth.protocol.mqtt.LinkFixture.failureOf;
import static berth.protocol.mqtt.LinkFixture.options;
import static berth.protocol.mqtt.LinkFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a link promises while its broker is well. Each test has topics and clients of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LinkContract {

  private static final int SESSION_TAKEN_OVER = 0x8E;

  Broker broker;
  LinkFixture links;

  /** A broker in which nobody may publish under {@code forbidden/}. */
  abstract Broker brokerIn(Path folder);

  /** Whether it also ends the connection of who tries. */
  abstract boolean hangsUpOnForbidden();

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

  @Test
  void aPublishedMessageArrivesWithItsProperties() {
    var ears = Ears.acknowledging();
    links.connected(options(broker.port(), "arrive-receiver", "t/arrive/#"), ears);
    var sender = sender("arrive");

    await(
        sender.publish(
            Outgoing.of("t/arrive/1", text("hello"))
                .withUserProperties(Map.of("signature", "abc", "key", "\u00e9"))));

    var received = ears.awaitMessage();
    assertThat(received.topic()).isEqualTo("t/arrive/1");
    assertThat(received.payload()).isEqualTo(text("hello"));
    assertThat(received.userProperties())
        .containsOnly(Map.entry("signature", "abc"), Map.entry("key", "\u00e9"));
    assertThat(received.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
    assertThat(received.duplicate()).isFalse();
    assertThat(received.retained()).isFalse();
    assertThat(received.expiresIn()).isEmpty();
  }

  @Test
  void aMessageComesAgainUntilItIsAcknowledged() {
    var receiver = options(broker.port(), "again-receiver", "t/again");
    var deaf = Ears.silent();
    var first = links.connected(receiver, deaf);
    var sender = sender("again");
    await(sender.publish(Outgoing.of("t/again", text("one"))));
    assertThat(deaf.awaitMessage().payload()).isEqualTo(text("one"));
    await(first.stop());

    var good = Ears.acknowledging();
    var second = links.connected(receiver, good);
    var again = good.awaitMessage();
    assertThat(again.payload()).isEqualTo(text("one"));
    assertThat(again.duplicate()).isTrue();
    assertThat(good.awaitConnected()).as("session present").isTrue();
    await(sender.publish(Outgoing.of("t/again", text("two"))));
    assertThat(good.awaitMessage().payload()).isEqualTo(text("two"));
    await(second.stop());

    var last = Ears.acknowledging();
    links.connected(receiver, last);
    await(sender.publish(Outgoing.of("t/again", text("three"))));
    assertThat(last.awaitMessage().payload()).isIn(text("two"), text("three"));
  }

  @Test
  void acknowledgingLateOrTwiceOrAfterTheConnectionHarmsNothing() {
    var receiver = options(broker.port(), "late-receiver", "t/late");
    var ears = Ears.silent();
    var link = links.connected(receiver, ears);
    var sender = sender("late");
    await(sender.publish(Outgoing.of("t/late", text("one"))));
    var one = ears.awaitMessage();
    one.acknowledge();
    one.acknowledge();
    await(sender.publish(Outgoing.of("t/late", text("two"))));
    var two = ears.awaitMessage();
    await(link.publish(Outgoing.of("t/elsewhere", text("still well"))));
    await(link.stop());
    two.acknowledge();
    two.acknowledge();

    var next = Ears.acknowledging();
    links.connected(receiver, next);
    assertThat(next.awaitMessage().payload()).isEqualTo(text("two"));
  }

  @Test
  void theLargestMessageGoesBothWays() {
    var ears = Ears.acknowledging();
    var receiver = options(broker.port(), "big-receiver", "t/big");
    links.connected(receiver, ears);
    var payload = Buffer.buffer(new byte[receiver.maxMessageBytes() - 1000]);

    await(sender("big").publish(Outgoing.of("t/big", payload)));

    assertThat(ears.awaitMessage().payload()).isEqualTo(payload);
  }

  @Test
  void aMessageLargerThanAgreedIsRefusedBeforeItIsSent() {
    var options = options(broker.port(), "huge-sender");
    var sender = links.connected(options, Ears.silent());
    var payload = Buffer.buffer(new byte[options.maxMessageBytes()]);

    var failure = failureOf(sender.publish(Outgoing.of("t/huge", payload)));

    assertThat(failure).isInstanceOf(LinkException.Refused.class);
    assertThat(((LinkException.Refused) failure).reasonCode()).isEqualTo(0x95);
    assertThat(((LinkException.Refused) failure).forGood()).isTrue();
    await(sender.publish(Outgoing.of("t/huge", text("small"))));
  }

  @Test
  void aMessageWhoseListenerThrowsDoesNotHoldUpTheOthers() {
    var ears =
        new Ears(message -> {
          if (message.payload().equals(text("bad"))) {
            throw new IllegalStateException("a bug in the listener, as wanted by this test");
          }
          message.acknowledge();
        });
    links.connected(options(broker.port(), "throw-receiver", "t/throw"), ears);
    var sender = sender("throw");
    await(sender.publish(Outgoing.of("t/throw", text("bad"))));
    assertThat(ears.awaitMessage().payload()).isEqualTo(text("bad"));

    await(sender.publish(Outgoing.of("t/throw", text("good"))));

    assertThat(ears.awaitMessage().payload()).isEqualTo(text("good"));
  }

  /**
   * Both say so in the acknowledgement; HiveMQ, left to itself, then hangs up and says why, which
   * is heard for certain only by who does not write meanwhile.
   */
  @Test
  void aPublishWithoutPermissionFailsAndALaterOneDoesNot() {
    var ears = Ears.silent();
    var sender = links.connected(options(broker.port(), "forbidden-sender"), ears);
    ears.awaitConnected();

    var failure = failureOf(sender.publish(Outgoing.of("forbidden/x", text("x"))));

    assertThat(failure).isInstanceOf(LinkException.Refused.class);
    assertThat(((LinkException.Refused) failure).reasonCode()).isEqualTo(0x87);
    assertThat(((LinkException.Refused) failure).forGood()).isTrue();
    if (hangsUpOnForbidden()) {
      assertThat(ears.awaitDisconnected().reasonCode()).hasValue(0x87);
      ears.awaitConnected();
    }
    await(sender.publish(Outgoing.of("t/forbidden", text("allowed"))));
    assertThat(ears.disconnected).isEmpty();
  }

  @Test
  void anExpiredMessageIsNeitherSentNorKept() {
    var receiver = options(broker.port(), "expiry-receiver", "t/expiry");
    await(links.connected(receiver, Ears.silent()).stop());
    var sender = sender("expiry");
    var past = Outgoing.of("t/expiry", text("past")).expiringAt(Instant.now().minusSeconds(1));
    assertThat(failureOf(sender.publish(past))).isInstanceOf(LinkException.Expired.class);
    var deadline = Instant.now().plusSeconds(2);
    var later = Instant.now().plusSeconds(600);
    await(sender.publish(Outgoing.of("t/expiry", text("short")).expiringAt(deadline)));
    await(sender.publish(Outgoing.of("t/expiry", text("long")).expiringAt(later)));

    await(links.vertx.timer(4, TimeUnit.SECONDS));
    var ears = Ears.acknowledging();
    links.connected(receiver, ears);

    var received = ears.awaitMessage();
    assertThat(received.payload()).isEqualTo(text("long"));
    assertThat(received.expiresIn().orElseThrow())
        .isBetween(Duration.ofSeconds(500), Duration.ofSeconds(600));
  }

  @Test
  void tenThousandPublishesAtOnceKeepToTheReceiveMaximum() {
    var ears = Ears.silent();
    var options =
        options(broker.port(), "flood-sender")
            .with(new MqttLinkOptions.Window(30_000, 1 << 26, 10_000));
    var sender = links.connected(options, ears);

    var published = new ArrayList<Future<Void>>();
    for (int i = 0; i < 10_000; i++) {
      published.add(sender.publish(Outgoing.of("t/flood", text("" + i))));
    }

    await(Future.all(published));
    assertThat(ears.disconnected).isEmpty();
  }

  @Test
  void theWillOfAConnectionIsSentWhenItIsLostAndNotWhenItIsLeft() {
    var observer = Ears.acknowledging();
    links.connected(options(broker.port(), "will-observer", "t/will"), observer);
    var epoch = new int[1];
    var mortal = options(broker.port(), "will-mortal");

    var lost = new MortalLink(mortal, "t/will", () -> "offline " + ++epoch[0]);
    lost.begin();
    lost.end();
    assertThat(observer.awaitMessage().payload()).isEqualTo(text("offline 1"));

    var left = new MortalLink(mortal, "t/will", () -> "offline " + ++epoch[0]);
    left.begin();
    left.leave();
    await(sender("will").publish(Outgoing.of("t/will", text("marker"))));
    assertThat(observer.awaitMessage().payload()).isEqualTo(text("marker"));
    assertThat(epoch[0]).isEqualTo(2);
  }

  /** The older one's will comes before what the newer one says, or after, or not: hence epochs. */
  @Test
  void aSecondClientWithTheSameIdTakesTheSessionOver() {
    var observer = Ears.acknowledging();
    links.connected(options(broker.port(), "take-observer", "own/presence"), observer);
    var older = new MortalLink(options(broker.port(), "taken"), "own/presence", () -> "offline 1");
    var newer = new MortalLink(options(broker.port(), "taken"), "own/presence", () -> "offline 2");

    older.begin();
    newer.begin();
    var reason = older.endWhenLost().reasonCode();
    assertThat(reason.orElse(SESSION_TAKEN_OVER)).isEqualTo(SESSION_TAKEN_OVER);
    newer.publish("online 2");

    newer.end();

    var told = new ArrayList<String>();
    while (!told.contains("online 2") || !told.contains("offline 2")) {
      told.add(observer.awaitMessage().payload().toString());
    }
    assertThat(told).containsSubsequence("online 2", "offline 2");

    var late = Ears.acknowledging();
    links.connected(options(broker.port(), "take-late", "own/presence"), late);
    var kept = late.awaitMessage();
    assertThat(kept.retained()).isTrue();
    assertThat(kept.payload()).isEqualTo(text("offline 2"));
  }

  MqttLink sender(String test) {
    return links.connected(options(broker.port(), test + "-sender"), Ears.silent());
  }
}
