package berth.agent.systemd.dbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.linux.Fd;
import berth.agent.linux.Pipe;
import berth.agent.linux.Reactor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real dbus-daemon. */
@Timeout(60)
class BusIT {
  private static final ObjectPath PATH = new ObjectPath("/org/freedesktop/DBus");
  private static final String DRIVER = "org.freedesktop.DBus";

  @TempDir private Path folder;
  private DbusDaemon daemon;
  private Reactor reactor;
  private Bus bus;

  @BeforeEach
  void connect() throws IOException {
    daemon = new DbusDaemon(folder);
    reactor = Reactor.start();
    bus = Bus.connect(reactor, daemon.address());
  }

  @AfterEach
  void end() {
    bus.close();
    reactor.close();
    daemon.close();
  }

  @Test
  void theBusNamesUsAndAnswers() {
    assertThat(bus.name()).startsWith(":1.");
    var names = bus.get(driver("ListNames")).list(0).stream().map(String.class::cast);
    assertThat(names).contains(DRIVER, bus.name());
  }

  @Test
  void anErrorHasTheBussName() {
    assertThatThrownBy(() -> bus.get(driver("GetNameOwner").with("s", "no.such.name")))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.name()).isEqualTo(BusException.NO_OWNER));
    assertThatThrownBy(() -> bus.get(driver("NoSuchMethod")))
        .hasMessageContaining("org.freedesktop.DBus.Error.UnknownMethod");
  }

  @Test
  void aThousandCallsAtOnceAreAllAnswered() throws Exception {
    List<CompletableFuture<Message>> calls = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      calls.add(bus.call(driver("GetConnectionUnixProcessID").with("s", bus.name())));
    }
    for (var call : calls) {
      assertThat(call.get(30, TimeUnit.SECONDS).number(0)).isEqualTo(ProcessHandle.current().pid());
    }
  }

  @Test
  void sixteenMegabytesGoThereAndComeBack() throws Exception {
    String much = "x".repeat(16 << 20);
    try (Peer peer = daemon.peer()) {
      var reply = bus.call(to(peer, "Echo").with("s", much));
      Message call = peer.nextCall();
      peer.reply(call, "s", call.string(0));
      assertThat(reply.get(30, TimeUnit.SECONDS).string(0)).isEqualTo(much);
    }
  }

  @Test
  void fileDescriptorsGoBothWaysAndAreClosedOnce() throws Exception {
    var before = Descriptors.open();
    try (Peer peer = daemon.peer();
        Pipe pipe = Pipe.open()) {
      var reply = bus.call(to(peer, "Echo").with("sh", "here", pipe.writing()).wantingFds());
      try (Message call = peer.nextCall()) {
        peer.reply(call, "h", call.get(1, Fd.class));
      }
      try (Message back = reply.get(10, TimeUnit.SECONDS);
          Fd received = back.takeFd(0)) {
        assertThat(received.number()).isNotEqualTo(pipe.writing().number());
        ByteBuffer hello = ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8));
        assertThat(received.write(hello)).isEqualTo(5);
        assertThat(pipe.reading().read(new byte[10])).isEqualTo(5);
        assertThatThrownBy(() -> back.takeFd(0)).isInstanceOf(IllegalStateException.class);
      }
    }
    assertThat(Descriptors.open()).isEqualTo(before);
  }

  @Test
  void fileDescriptorsThatNobodyWantsAreClosed() throws Exception {
    try (Peer peer = daemon.peer();
        Pipe pipe = Pipe.open()) {
      var before = Descriptors.open();
      for (int i = 0; i < 20; i++) {
        var reply = bus.call(to(peer, "Get"));
        peer.reply(peer.nextCall(), "h", pipe.writing());
        peer.emit(bus.name(), "Unwanted", "h", pipe.writing());
        reply.get(10, TimeUnit.SECONDS);
      }
      bus.get(driver("GetId")); // by now the last signal was looked at
      assertThat(Descriptors.open()).isEqualTo(before);
    }
  }

  @Test
  void aCallThatIsNotAnsweredEndsInTime() throws Exception {
    try (Peer silent = daemon.peer()) {
      Call call = to(silent, "Wait");
      assertThatThrownBy(() -> bus.get(call.within(Duration.ofMillis(50))))
          .isInstanceOfSatisfying(
              BusException.class, e -> assertThat(e.name()).isEqualTo(BusException.NO_REPLY))
          .hasMessageContaining("a.b.Wait on /x: no reply within 50 ms");
    }
  }

  @Test
  void noMoreThanSixtyFourCallsAreWithTheBusAndTheRestGoesOnAfterThem() throws Exception {
    try (Peer silent = daemon.peer()) {
      Call call = to(silent, "Wait");
      List<CompletableFuture<Message>> calls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        calls.add(bus.call(call.within(Duration.ofMillis(300))));
      }
      Message after = bus.get(driver("GetId"));
      assertThat(after.string(0)).isNotEmpty();
      assertThat(calls).allSatisfy(c -> assertThat(c).failsWithin(Duration.ofSeconds(10)));
    }
  }

  @Test
  void aLostBusFailsWhatWaitsAndTellsItsOwner() throws Exception {
    Call call = Call.of(bus.name(), new ObjectPath("/x"), "a.b", "Wait");
    var pending = bus.call(call);
    daemon.kill();
    assertThat(bus.closed().toCompletableFuture())
        .succeedsWithin(10, TimeUnit.SECONDS)
        .satisfies(reason -> assertThat(reason.name()).isEqualTo(BusException.DISCONNECTED));
    assertThat(pending)
        .failsWithin(10, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(BusException.class);
    assertThatThrownBy(() -> bus.get(driver("GetId")))
        .hasMessageContaining(BusException.DISCONNECTED);
    assertThat(bus.isOpen()).isFalse();
  }

  @Test
  void signalsComeInOrderAndAListenerMayCallTheBus() throws Exception {
    List<Long> numbers = new ArrayList<>();
    var all = new CompletableFuture<Void>();
    try (Peer peer = daemon.peer()) {
      bus.listen(
          MatchRule.from(peer.name()).member("Tick"),
          signal -> {
            bus.get(driver("GetId"));
            numbers.add(signal.number(0));
            if (numbers.size() == 200) {
              all.complete(null);
            }
          });
      for (int i = 0; i < 200; i++) {
        peer.emit("", "Tick", "i", i);
      }
      all.get(20, TimeUnit.SECONDS);
      assertThat(numbers).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void onlyTheOwnerOfANameIsHeardUnderIt() throws Exception {
    BlockingQueue<Message> heard = new LinkedBlockingQueue<>();
    try (Peer owner = daemon.peer();
        Peer forger = daemon.peer()) {
      owner.driver("RequestName", "su", "the.name", 0L);
      bus.listen(MatchRule.from("the.name").member("Tick"), heard::add);
      forger.emit(bus.name(), "Tick", "i", 1); // straight to us, past the match rules
      forger.driver("GetId", "");
      owner.emit("", "Tick", "i", 2);
      assertThat(heard.poll(10, TimeUnit.SECONDS).number(0)).isEqualTo(2);

      owner.driver("ReleaseName", "s", "the.name");
      forger.driver("RequestName", "su", "the.name", 0L);
      forger.emit("", "Tick", "i", 3);
      assertThat(heard.poll(10, TimeUnit.SECONDS).number(0)).isEqualTo(3);
      assertThat(bus.owner("the.name")).isEqualTo(forger.name());
    }
  }

  @Test
  void afterTheEndOfASubscriptionNothingIsHeard() throws Exception {
    BlockingQueue<Message> heard = new LinkedBlockingQueue<>();
    try (Peer peer = daemon.peer()) {
      bus.listen(MatchRule.from(peer.name()).member("Tick"), heard::add).close();
      var other = new CompletableFuture<Message>();
      bus.listen(MatchRule.from(peer.name()).member("Tock"), other::complete);
      peer.emit("", "Tick", "i", 1);
      peer.emit("", "Tock", "i", 2);
      other.get(10, TimeUnit.SECONDS);
      assertThat(heard).isEmpty();
    }
  }

  private static Call to(Peer peer, String member) {
    return Call.of(peer.name(), new ObjectPath("/x"), "a.b", member);
  }

  private static Call driver(String member) {
    return Call.of(DRIVER, PATH, DRIVER, member);
  }
}
