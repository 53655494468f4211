package berth.protocol.mqtt;

import static berth.protocol.mqtt.LinkFixture.await;
import static berth.protocol.mqtt.LinkFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.mqtt.OutboxStore.Stored;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxTest {

  private record Refusal(String text, LinkException why) {}

  private final Vertx vertx = Vertx.vertx();
  private final FakePublisher broker = new FakePublisher();
  private final MemoryOutboxStore store = new MemoryOutboxStore();
  private final BlockingQueue<Refusal> refusals = new LinkedBlockingQueue<>();

  @AfterEach
  void closeVertx() {
    await(vertx.close());
  }

  @Test
  void messagesGoOutInOrderAndAreForgottenWhenTheyAreAcknowledged() {
    var outbox = outbox(store);
    send(outbox, "1", "2", "3");
    assertThat(broker.isIdle()).as("before the connection").isTrue();

    broker.connect();

    var sent = List.of(broker.next(), broker.next(), broker.next());
    assertThat(sent).extracting(FakePublisher.Sent::text).containsExactly("1", "2", "3");
    assertThat(store.size()).isEqualTo(3);
    sent.forEach(FakePublisher.Sent::acknowledge);
    await(outbox.stop());
    assertThat(store.size()).isZero();
  }

  @Test
  void noMoreThanAWindowIsInMemory() {
    var reads = new AtomicInteger();
    var outbox = outbox(new Watched(store, reads::incrementAndGet, () -> {}));
    for (int i = 1; i <= 1_000; i++) {
      store.append(Outgoing.of("t", text("" + i)));
    }
    broker.connect();

    var first = broker.next();
    for (int i = 2; i <= 64; i++) {
      broker.next();
    }
    first.acknowledge();

    assertThat(broker.next().text()).isEqualTo("65");
    assertThat(broker.isIdle()).isTrue();
    assertThat(reads).hasValueLessThanOrEqualTo(66);
    await(outbox.stop());
  }

  @Test
  void afterALossTheUnacknowledgedGoAgainInOrder() {
    var outbox = outbox(store);
    send(outbox, "1", "2", "3");
    broker.connect();
    var one = broker.next();
    var two = broker.next();
    var three = broker.next();

    two.acknowledge();
    one.fail(new LinkException.Down("cut"));
    three.fail(new LinkException.Down("cut"));
    broker.connect();

    assertThat(broker.next()).extracting(FakePublisher.Sent::text).isEqualTo("1");
    assertThat(broker.next()).extracting(FakePublisher.Sent::message).isEqualTo(three.message());
    await(outbox.stop());
  }

  @Test
  void aRestartSendsWhatWasLeft() {
    var before = outbox(store);
    send(before, "1", "2");
    broker.connect();
    broker.next().acknowledge();
    broker.next();
    await(before.stop());

    var after = outbox(store);
    broker.connect();

    assertThat(broker.next().text()).isEqualTo("2");
    await(after.stop());
  }

  @Test
  void aMessageRefusedForGoodIsReportedAndHoldsNobodyUp() throws Exception {
    var outbox = outbox(store);
    var refused = new LinkException.Refused("no", 0x87);
    var expired = new LinkException.Expired("late");
    send(outbox, "forbidden", "late", "fine");
    broker.connect();

    broker.next().fail(refused);
    broker.next().fail(expired);
    broker.next().acknowledge();

    assertThat(nextRefusal()).isEqualTo(new Refusal("forbidden", refused));
    assertThat(nextRefusal()).isEqualTo(new Refusal("late", expired));
    await(outbox.stop());
    assertThat(store.size()).isZero();
  }

  @Test
  void aMessageRefusedForAWhileIsSentAgain() {
    var outbox = outbox(store);
    send(outbox, "1");
    broker.connect();

    broker.next().fail(new LinkException.Refused("over quota", 0x97));
    broker.next().fail(new LinkException.Busy("full"));
    var again = broker.next();

    assertThat(again.text()).isEqualTo("1");
    again.acknowledge();
    await(outbox.stop());
    assertThat(store.size()).isZero();
    assertThat(refusals).isEmpty();
  }

  /** The broker names no packet when it hangs up, so the guilty one is found by sending alone. */
  @Test
  void aMessageThatTheBrokerHangsUpOnIsFoundAndReported() throws Exception {
    var outbox = outbox(store);
    for (int i = 0; i < 100; i++) {
      send(outbox, i == 50 ? "poison" : "" + i);
    }
    broker.connect();

    var delivered = new ArrayList<String>();
    var hangUp = new LinkException.Down("hung up", 0x95);
    int window = 64;
    while (delivered.size() < 99) {
      var batch = new ArrayList<FakePublisher.Sent>();
      do {
        batch.add(broker.next());
      } while (batch.size() < Math.min(window, 100 - delivered.size()));
      if (batch.stream().anyMatch(sent -> sent.text().equals("poison"))) {
        batch.forEach(sent -> sent.fail(hangUp));
        window = 1;
        broker.connect();
      } else {
        batch.forEach(FakePublisher.Sent::acknowledge);
        batch.forEach(sent -> delivered.add(sent.text()));
      }
    }

    assertThat(nextRefusal().text()).isEqualTo("poison");
    assertThat(delivered).hasSize(99).doesNotHaveDuplicates();
    await(outbox.stop());
    assertThat(store.size()).isZero();
    assertThat(refusals).isEmpty();
  }

  @Test
  void aStoreThatFailsIsAskedAgain() throws Exception {
    var removals = new CountDownLatch(3);
    var failing = failingTwice();
    var outbox =
        outbox(
            new Watched(
                store,
                failingTwice(),
                () -> {
                  removals.countDown();
                  failing.run();
                }));
    send(outbox, "1");
    broker.connect();

    broker.next().acknowledge();

    assertThat(removals.await(20, TimeUnit.SECONDS)).isTrue();
    await(outbox.stop());
    assertThat(store.size()).isZero();
  }

  @Test
  void wakingSendsWhatAnotherHandAppended() {
    var outbox = outbox(store);
    broker.connect();
    send(outbox, "own");
    broker.next().acknowledge();

    store.append(Outgoing.of("t", text("other hand")));
    outbox.wake();

    assertThat(broker.next().text()).isEqualTo("other hand");
    await(outbox.stop());
  }

  private static Runnable failingTwice() {
    var failures = new AtomicInteger();
    return () -> {
      if (failures.getAndIncrement() < 2) {
        throw new IllegalStateException("disk full, as wanted by this test");
      }
    };
  }

  private Outbox outbox(OutboxStore in) {
    return new Outbox(
        vertx,
        broker,
        in,
        (stored, why) -> refusals.add(new Refusal(stored.message().payload().toString(), why)));
  }

  private static void send(Outbox outbox, String... texts) {
    var kept = new ArrayList<Future<Long>>();
    for (var text : texts) {
      kept.add(outbox.send(Outgoing.of("t", text(text))));
    }
    await(Future.all(kept));
  }

  private Refusal nextRefusal() throws InterruptedException {
    return refusals.poll(20, TimeUnit.SECONDS);
  }

  /** A store whose use can be watched, and made to fail. */
  private record Watched(OutboxStore store, Runnable onNext, Runnable onRemove)
      implements OutboxStore {

    @Override
    public long append(Outgoing message) {
      return store.append(message);
    }

    @Override
    public Optional<Stored> next(long after) {
      onNext.run();
      return store.next(after);
    }

    @Override
    public void remove(Collection<Long> sequences) {
      onRemove.run();
      store.remove(sequences);
    }
  }
}
