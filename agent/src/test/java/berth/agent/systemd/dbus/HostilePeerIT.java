package berth.agent.systemd.dbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.linux.Pipe;
import berth.agent.linux.Reactor;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Buses that mean ill, as the root of a container can run one. */
@Timeout(60)
class HostilePeerIT {
  private static final int LIMIT = 1 << 20;
  private static final String WELCOME = "OK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n";
  private static final String HELLO_REPLY =
      "6c02010109000000010000000f000000050175000100000008016700017300000400"
          + "00003a312e3100"; // the text ":1.1"

  @TempDir private Path folder;
  private Path socket;
  private Reactor reactor;

  /** What a hostile bus does with somebody who has connected. */
  private interface Behaviour {
    void with(SocketChannel client) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    socket = folder.resolve("bus");
    reactor = Reactor.start();
  }

  @AfterEach
  void end() {
    reactor.close();
  }

  @Test
  void oneThatNeverSpeaksCostsOnlyTheTimeLimit() throws IOException {
    try (var _ = hostile(client -> client.read(ByteBuffer.allocate(4096)))) {
      assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
    }
  }

  @Test
  void oneThatNeverEndsItsLineIsLeft() throws IOException {
    try (var _ = hostile(client -> write(client, "O".repeat(100_000)))) {
      assertThatThrownBy(this::connect).hasMessageContaining("line without an end");
    }
  }

  @Test
  void oneThatDripsIsLeftInTime() throws IOException {
    Behaviour drip =
        client -> {
          for (int i = 0; i < 400; i++) {
            write(client, "O");
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
          }
        };
    try (var _ = hostile(drip)) {
      assertThatThrownBy(this::connect).hasMessageContaining("took too long");
    }
  }

  @Test
  void oneThatRefusesUsIsQuoted() throws IOException {
    try (var _ = hostile(client -> write(client, "REJECTED EXTERNAL\r\n"))) {
      assertThatThrownBy(this::connect).hasMessageContaining("REJECTED EXTERNAL");
    }
  }

  @Test
  void garbageInPlaceOfMessagesEndsTheConnection() throws IOException {
    try (var _ = hostile(client -> write(client, WELCOME + "garbage ".repeat(10)))) {
      assertThatThrownBy(this::connect)
          .hasRootCauseInstanceOf(BusException.class)
          .hasStackTraceContaining(BusException.MALFORMED);
    }
  }

  @Test
  void aSignalThatIsLargerThanAllowedEndsTheConnection() throws Exception {
    try (var daemon = new DbusDaemon(folder);
        Peer peer = daemon.peer();
        Bus bus = Bus.connect(reactor, BusAddress.at(socket.toString(), LIMIT))) {
      peer.emit(bus.name(), "Huge", "s", "x".repeat(LIMIT));
      assertThat(bus.closed().toCompletableFuture())
          .succeedsWithin(10, TimeUnit.SECONDS)
          .satisfies(reason -> assertThat(reason).hasMessageContaining("more than " + LIMIT));
    }
  }

  @Test
  void aFileDescriptorThatNobodyAskedForEndsTheConnection() throws Exception {
    try (var daemon = new DbusDaemon(folder);
        Peer peer = daemon.peer();
        Pipe pipe = Pipe.open();
        Bus bus = Bus.connect(reactor, BusAddress.at(socket.toString(), LIMIT).withoutFds())) {
      peer.emit(bus.name(), "Gift", "h", pipe.reading());
      assertThat(bus.closed().toCompletableFuture())
          .succeedsWithin(10, TimeUnit.SECONDS)
          .satisfies(reason -> assertThat(reason).hasMessageContaining("nobody asked for"));
    }
  }

  @Test
  void signalsThatComeFasterThanTheyAreHeardEndTheConnection() throws Exception {
    var stuck = new CountDownLatch(1);
    try (var daemon = new DbusDaemon(folder);
        Peer peer = daemon.peer();
        Bus bus = Bus.connect(reactor, BusAddress.at(socket.toString(), LIMIT))) {
      bus.listen(MatchRule.from(peer.name()), _ -> await(stuck));
      for (int i = 0; i < 6; i++) {
        peer.emit("", "Flood", "s", "x".repeat(LIMIT / 2));
      }
      assertThat(bus.closed().toCompletableFuture())
          .succeedsWithin(10, TimeUnit.SECONDS)
          .satisfies(reason -> assertThat(reason.is(BusException.LIMITS_EXCEEDED)).isTrue());
    } finally {
      stuck.countDown();
    }
  }

  @Test
  void oneThatDoesNotReadNeverBlocksTheCaller() throws Exception {
    var done = new CountDownLatch(1);
    Behaviour deaf =
        client -> {
          write(client, WELCOME);
          readUntil(client, "Hello"); // an answer before the question would be none
          client.write(ByteBuffer.wrap(HexFormat.of().parseHex(HELLO_REPLY)));
          await(done);
        };
    try (var _ = hostile(deaf);
        Bus bus = connect()) {
      Call call = Call.of("a.b", new ObjectPath("/x"), "c.d", "M").with("s", "x".repeat(LIMIT));
      for (int i = 0; i < 40; i++) {
        var _ = bus.call(call);
      }
      assertThat(bus.closed().toCompletableFuture())
          .succeedsWithin(10, TimeUnit.SECONDS)
          .satisfies(reason -> assertThat(reason).hasMessageContaining("does not read"));
    } finally {
      done.countDown();
    }
  }

  private Bus connect() throws IOException {
    return Bus.connect(reactor, BusAddress.at(socket.toString(), LIMIT, Duration.ofMillis(500)));
  }

  private ServerSocketChannel hostile(Behaviour behaviour) throws IOException {
    var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (SocketChannel client = server.accept()) {
            behaviour.with(client);
            while (client.read(ByteBuffer.allocate(4096)) >= 0) {
              Thread.onSpinWait();
            }
          } catch (IOException e) {
            Thread.currentThread().interrupt(); // the test is over
          }
        });
    return server;
  }

  private static void readUntil(SocketChannel client, String text) throws IOException {
    var said = new StringBuilder();
    var buffer = ByteBuffer.allocate(4096);
    while (said.indexOf(text) < 0 && client.read(buffer.clear()) >= 0) {
      said.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
    }
  }

  private static void write(SocketChannel client, String text) throws IOException {
    client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
