package berth.agent.systemd.dbus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PendingCallsTest {
  private static final Call CALL = Call.of("a.b", new ObjectPath("/x"), "c.d", "Member");

  private final List<Outgoing> sent = new ArrayList<>();
  private final PendingCalls calls = new PendingCalls(sent::add);

  @Test
  void sixtyFourAreSentAndEachReplyLetsOneMoreGo() {
    List<CompletableFuture<Message>> futures = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      futures.add(calls.add(CALL, Runnable::run));
    }
    assertThat(sent).hasSize(64);
    calls.replied(replyTo(1));
    calls.replied(replyTo(2));
    assertThat(sent).hasSize(66);
    assertThat(futures.get(0)).isCompleted();
    assertThat(futures.get(2)).isNotDone();
  }

  @Test
  void aReplyToNothingIsDropped() {
    var _ = calls.add(CALL, Runnable::run);
    calls.replied(replyTo(77));
    calls.replied(replyTo(1));
    calls.replied(replyTo(1));
    assertThat(sent).hasSize(1);
  }

  @Test
  void theEndFailsThoseThatWaitAndThoseThatCome() {
    List<CompletableFuture<Message>> futures = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      futures.add(calls.add(CALL, Runnable::run));
    }
    calls.close(new BusException(BusException.DISCONNECTED, "gone"));
    futures.add(calls.add(CALL, Runnable::run));
    assertThat(futures)
        .hasSize(71)
        .allSatisfy(future ->
            assertThat(future.exceptionNow())
                .hasMessage("org.freedesktop.DBus.Error.Disconnected: gone"));
    assertThat(sent).hasSize(64);
  }

  private static Message replyTo(long serial) {
    var header =
        new Header(Message.Kind.REPLY, 1, serial, "", "", "", "", "", "", Signature.EMPTY, 0);
    return new Message(header, ByteBuffer.allocate(0), List.of(), 1);
  }
}
