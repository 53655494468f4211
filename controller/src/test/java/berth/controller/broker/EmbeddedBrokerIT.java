package berth.controller.broker;

import static berth.controller.broker.Client.await;
import static berth.controller.broker.Client.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.protocol.Wire;
import berth.protocol.mqtt.Outgoing;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddedBrokerIT {

  private final Vertx vertx = Vertx.vertx();
  private BrokerOptions options;
  private EmbeddedBroker broker;

  @BeforeAll
  void startBroker(@TempDir Path folder) throws IOException {
    var addresses = List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("127.0.0.2"));
    options = new BrokerOptions(addresses, freePort(), folder.resolve("broker"));
    broker = await(EmbeddedBroker.start(vertx, options));
  }

  @AfterAll
  void stopBroker() {
    await(broker.stop());
    await(vertx.close());
  }

  @Test
  void clientsOfSeveralAddressesMeet() {
    var one = new Client(vertx, "127.0.0.1", options.port(), "one", "t/meet");
    var two = new Client(vertx, "127.0.0.2", options.port(), "two");

    await(two.publish(message("t/meet", "hello")));

    assertThat(next(one.received).payload().toString()).isEqualTo("hello");
    one.leave();
    two.leave();
  }

  @Test
  void theLargestMessageOfTheWirePasses() {
    var receiver = new Client(vertx, "127.0.0.1", options.port(), "large", "t/large");
    var payload = Buffer.buffer(new byte[Wire.MAX_MESSAGE_BYTES]);

    await(receiver.publish(Outgoing.of("t/large", payload)));

    assertThat(next(receiver.received).payload()).isEqualTo(payload);
    receiver.leave();
  }

  @Test
  void aKickedClientIsDisconnectedAndMayComeBack() {
    var client = new Client(vertx, "127.0.0.1", options.port(), "agent-kicked");
    next(client.connected);

    assertThat(await(broker.kick("agent-kicked"))).isTrue();

    assertThat(next(client.disconnected).reasonCode()).hasValue(0x98);
    assertThat(next(client.connected)).as("session present").isTrue();
    client.leave();
    assertThat(await(broker.kick("agent-nobody"))).isFalse();
  }

  @Test
  void aRestartInTheSameProcessKeepsItsDataAndLeavesTheProcessAlone() throws Exception {
    var handler = Thread.getDefaultUncaughtExceptionHandler();
    var writer = new Client(vertx, "127.0.0.1", options.port(), "writer");
    await(writer.publish(message("t/kept", "kept").asRetained()));
    writer.leave();

    await(broker.stop());
    broker = await(EmbeddedBroker.start(vertx, options));

    var reader = new Client(vertx, "127.0.0.1", options.port(), "reader", "t/kept");
    assertThat(next(reader.received).payload().toString()).isEqualTo("kept");
    reader.leave();
    assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(handler);
    try (var files = Files.list(options.dataFolder())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("config", "data", "extensions");
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() throws IOException {
    var loopback = InetAddress.getLoopbackAddress();
    try (var taken = new ServerSocket(0, 1, loopback)) {
      var port = taken.getLocalPort();
      var wrong = new BrokerOptions(List.of(loopback), port, options.dataFolder());

      assertThatThrownBy(() -> await(EmbeddedBroker.start(vertx, wrong)))
          .hasMessage(
              "the broker cannot listen on 127.0.0.1 port " + port + ": Address already in use");
    }
  }

  static Outgoing message(String topic, String text) {
    return Outgoing.of(topic, Buffer.buffer(text));
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
