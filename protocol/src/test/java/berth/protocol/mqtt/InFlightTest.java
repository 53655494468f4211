package berth.protocol.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class InFlightTest {

  private final ArrayDeque<Integer> wire = new ArrayDeque<>();

  @Test
  void noMoreThanTheWindowIsOnTheWire() {
    var inFlight = inFlight(new MqttLinkOptions.Window(3, 1 << 20, 100));
    var results = add(inFlight, 10, 10);

    assertThat(wire).hasSize(3);
    inFlight.settle(wire.remove(), null);
    assertThat(wire).hasSize(3);
    assertThat(results.getFirst().succeeded()).isTrue();
    assertThat(results.get(1).isComplete()).isFalse();
  }

  @Test
  void theBrokerMayLowerTheWindowButNotRaiseIt() {
    var inFlight = inFlight(new MqttLinkOptions.Window(5, 1 << 20, 100));
    inFlight.limitTo(2);
    inFlight.limitTo(60_000);

    add(inFlight, 10, 10);

    assertThat(wire).hasSize(2);
  }

  @Test
  void bytesAreBoundedTooButOneMessageMayAlwaysGo() {
    var inFlight = inFlight(new MqttLinkOptions.Window(50, 10_000, 100));

    add(inFlight, 1, 50_000);
    assertThat(wire).hasSize(1);
    add(inFlight, 10, 4_000);
    assertThat(wire).hasSize(1);
    inFlight.settle(wire.remove(), null);
    assertThat(wire).hasSize(2);
  }

  @Test
  void tooManyWaitingAreTurnedAway() {
    var inFlight = inFlight(new MqttLinkOptions.Window(1, 1 << 20, 2));

    var results = add(inFlight, 4, 10);

    assertThat(results.subList(0, 3)).noneMatch(Future::isComplete);
    assertThat(results.getLast().cause()).isInstanceOf(LinkException.Busy.class);
  }

  @Test
  void whenTheConnectionIsLostAllOfThemFail() {
    var inFlight = inFlight(new MqttLinkOptions.Window(2, 1 << 20, 100));
    var results = add(inFlight, 5, 10);
    var down = new LinkException.Down("cut");

    inFlight.failAll(down);

    assertThat(results).allMatch(result -> result.cause() == down);
    inFlight.settle(PacketIds.FIRST, null);
    assertThat(wire).hasSize(2);
  }

  @Test
  void aMessageThatIsRefusedWhileItIsWrittenLetsTheNextOneGo() {
    var written = new ArrayList<String>();
    var self = new InFlight[1];
    self[0] =
        new InFlight(
            new MqttLinkOptions.Window(1, 1 << 20, 100_000),
            (id, message) -> {
              written.add(message.topic());
              self[0].settle(id, new LinkException.Expired("too late"));
            });

    var results = new ArrayList<Future<Void>>();
    for (int i = 0; i < 50_000; i++) {
      var promise = Promise.<Void>promise();
      self[0].add(Outgoing.of("t/" + i, Buffer.buffer()), promise);
      results.add(promise.future());
    }

    assertThat(written).hasSize(50_000);
    assertThat(results).allMatch(Future::failed);
  }

  @Test
  void packetIdentifiersAreNeverSharedAndComeBackInTurn() {
    var ids = new PacketIds();
    var taken = new HashSet<Integer>();
    for (int i = 0; i < PacketIds.COUNT; i++) {
      int id = ids.take();
      assertThat(id).isBetween(PacketIds.FIRST, 65_535);
      assertThat(taken.add(id)).isTrue();
    }
    assertThatThrownBy(ids::take).isInstanceOf(IllegalStateException.class);

    ids.release(2_000);
    ids.release(40_000);

    assertThat(List.of(ids.take(), ids.take())).containsExactly(2_000, 40_000);
    assertThatThrownBy(ids::take).isInstanceOf(IllegalStateException.class);
  }

  private InFlight inFlight(MqttLinkOptions.Window window) {
    return new InFlight(window, (id, _) -> wire.add(id));
  }

  private static List<Future<Void>> add(InFlight inFlight, int count, int bytes) {
    var results = new ArrayList<Future<Void>>();
    for (int i = 0; i < count; i++) {
      var promise = Promise.<Void>promise();
      inFlight.add(Outgoing.of("t", Buffer.buffer(new byte[bytes])), promise);
      results.add(promise.future());
    }
    return results;
  }
}
