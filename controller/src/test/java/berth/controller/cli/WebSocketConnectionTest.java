package berth.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.cli.WebSocketConnection.Message;
import berth.protocol.Bytes;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.net.URI;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Our client against a server that is not ours. */
@Timeout(30)
class WebSocketConnectionTest {
  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<ServerWebSocket> accepted = new LinkedBlockingQueue<>();
  private HttpServer server;

  @BeforeEach
  void listen() throws Exception {
    server =
        vertx
            .createHttpServer()
            .webSocketHandler(socket -> {
              socket.binaryMessageHandler(socket::writeBinaryMessage);
              socket.textMessageHandler(text -> socket.writeTextMessage("heard " + text));
              accepted.add(socket);
            })
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void messagesOfAnyLengthComeBackAsTheyWere() throws IOException {
    try (var connection = open()) {
      for (var length : new int[] {0, 1, 125, 126, 65_535, 65_536}) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        connection.send(bytes, length);
        assertThat(connection.receive()).hasValue(new Message.Binary(Bytes.of(bytes)));
      }
      connection.send("caf\u00e9");
      assertThat(connection.receive()).hasValue(new Message.Text("heard caf\u00e9"));
    }
  }

  @Test
  void pingsAreAnsweredMeanwhile() throws Exception {
    try (var connection = open()) {
      var pongs = new LinkedBlockingQueue<Buffer>();
      var socket = accepted.poll(10, TimeUnit.SECONDS);
      socket.pongHandler(pongs::add);
      socket.writePing(Buffer.buffer("beat"));
      socket.writeTextMessage("after");
      assertThat(connection.receive()).hasValue(new Message.Text("after"));
      assertThat(pongs.poll(10, TimeUnit.SECONDS)).isEqualTo(Buffer.buffer("beat"));
    }
  }

  @Test
  void aCloseIsTheEnd() throws Exception {
    try (var connection = open()) {
      accepted.poll(10, TimeUnit.SECONDS).close();
      assertThat(connection.receive()).isEmpty();
    }
  }

  @Test
  void anAnswerThatIsNoUpgradeIsHandedOn() throws Exception {
    var plain =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().setStatusCode(404).end("none"))
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS);
    var address = URI.create("http://127.0.0.1:" + plain.actualPort() + "/x");
    assertThatThrownBy(() ->
            WebSocketConnection.open(
                address,
                (status, body) -> new IllegalStateException(status + " " + Bytes.of(body).text())))
        .hasMessage("404 none");
  }

  @Test
  void threeEscapesWithinASecondLeave() {
    var escapes = new TerminalSession.Escapes();
    assertThat(escapes.complete(new byte[] {0x1d, 0x1d, 'a', 0x1d}, 4)).isFalse();
    assertThat(escapes.complete(new byte[] {0x1d}, 1)).isFalse();
    assertThat(escapes.complete(new byte[] {0x1d}, 1)).isTrue();
  }

  private WebSocketConnection open() throws IOException {
    return WebSocketConnection.open(
        URI.create("http://127.0.0.1:" + server.actualPort() + "/terminal"),
        (status, _) -> new IllegalStateException("answered " + status));
  }
}
