package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an event stream does while nothing happens, or while nobody reads. */
class EventStreamTest {
  private final Vertx vertx = Vertx.vertx();
  private final FakeEventLog log = new FakeEventLog();
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    var keepAlive = Duration.ofMillis(100);
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> new EventStream(vertx, log, request, 0).send(keepAlive))
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void aSilentLogIsFilledWithComments() throws Exception {
    try (var socket = open();
        var lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      var line = lines.readLine();
      while (!line.equals(": still here")) {
        line = lines.readLine();
      }
      assertThat(line).isEqualTo(": still here");
    }
  }

  @Test
  void aClientThatTakesNothingForTwoTicksIsCutOff() throws Exception {
    try (var _ = open()) {
      Eventually.holds(() -> log.subscribers.size() == 1);
      for (var i = 0; i < 200; i++) {
        log.write(256 * 1024);
      }
      Eventually.holds(log.subscribers::isEmpty);
    }
  }

  private Socket open() throws Exception {
    var socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    socket.setSoTimeout(20_000);
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }
}
