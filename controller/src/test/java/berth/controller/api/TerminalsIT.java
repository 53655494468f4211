package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.operation.OutputReader;
import berth.protocol.Bytes;
import berth.protocol.Signal;
import berth.protocol.WindowSize;
import berth.protocol.Wire;
import berth.protocol.stream.Output.Channel;
import berth.protocol.stream.Output.OutputChunk;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The terminal of a program over a WebSocket, at the pace of the slower end. */
class TerminalsIT {
  private static final byte[] PIECE = new byte[64 * 1024];

  @TempDir private Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final WebSocketClient client = vertx.createWebSocketClient();
  private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> lengths = new LinkedBlockingQueue<>();
  private final CompletableFuture<Short> closed = new CompletableFuture<>();
  private ApiServer server;
  private String address;

  @BeforeEach
  void start() throws Exception {
    server = new ApiServer(folder);
    address = "/api/v1/operations/" + server.streams.id + "/terminal";
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
    server.close();
  }

  @Test
  void bytesGoBothWaysAndTheOutcomeIsTheLastFrame() throws Exception {
    var socket = open();
    var reader = reader();
    reader.missed(7);
    reader.chunk(chunk(1, Bytes.of("out"))).await(10, TimeUnit.SECONDS);
    assertThat(texts.poll(10, TimeUnit.SECONDS)).isEqualTo("{\"missed\":7}");
    assertThat(lengths.poll(10, TimeUnit.SECONDS)).isEqualTo(3);

    socket.writeBinaryMessage(Buffer.buffer("in"));
    Eventually.holds(() -> server.streams.input.toString(StandardCharsets.US_ASCII).equals("in"));

    var outcome = server.operations.submit(SubmittedOperation.start()).await(10, TimeUnit.SECONDS);
    reader.end(outcome);
    var last = Wire.json().readTree(texts.poll(10, TimeUnit.SECONDS));
    assertThat(last.at("/end/id").asText()).isEqualTo(outcome.id().toString());
    assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo((short) 1000);
    assertThat(server.streams.detached).isNotDone();
  }

  @Test
  void textFramesResizeAndSignal() throws Exception {
    var socket = open();
    socket.writeTextMessage("{\"resize\":{\"columns\":132,\"rows\":50}}");
    socket.writeTextMessage("{\"signal\":\"HUP\"}");
    Eventually.holds(() -> server.streams.controls.size() == 2);
    assertThat(server.streams.controls).containsExactly(new WindowSize(132, 50), Signal.of("HUP"));
  }

  @Test
  void aTextFrameThatMakesNoSenseClosesWithTheReason() throws Exception {
    open().writeTextMessage("{\"resise\":{}}");
    assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo((short) 1008);
    server.streams.lost.get(10, TimeUnit.SECONDS);
  }

  @Test
  void aClientThatDoesNotReadHoldsTheProgramBackAndLosesNothing() throws Exception {
    var socket = open();
    socket.pause();
    var reader = reader();
    var sent = 0;
    Future<Void> room;
    do {
      sent++;
      room = reader.chunk(chunk(sent, Bytes.of(PIECE)));
    } while (settles(room) && sent < 2000);
    assertThat(sent).as("chunks of 64 KiB taken without a reader").isBetween(1, 400);

    socket.resume();
    room.await(20, TimeUnit.SECONDS);
    for (var seen = 0; seen < sent; seen++) {
      assertThat(lengths.poll(10, TimeUnit.SECONDS)).isEqualTo(PIECE.length);
    }
  }

  @Test
  void aProgramThatDoesNotReadHoldsItsInputBack() throws Exception {
    var appetite = Promise.<Void>promise();
    server.streams.appetite = appetite.future();
    var socket = open();
    for (var i = 0; i < 1000; i++) {
      socket.writeBinaryMessage(Buffer.buffer(PIECE));
    }
    Eventually.holds(() -> server.streams.offered.get() > 0);
    Eventually.holds(socket::writeQueueFull);
    assertThat(server.streams.offered.get()).isLessThanOrEqualTo(256 * 1024);

    appetite.complete();
    Eventually.holds(() -> server.streams.input.size() == 1000 * PIECE.length);
  }

  @Test
  void aClosedWindowDetachesAndALostConnectionIsTold() throws Exception {
    open().close((short) 1000);
    server.streams.detached.get(10, TimeUnit.SECONDS);
    assertThat(server.streams.lost).isNotDone();
    Eventually.holds(() -> server.streams.controls.contains("released"));
  }

  @Test
  void aLostConnectionIsTold() throws Exception {
    try (var connection = server.connect()) {
      connection.getOutputStream().write(handshake(address, "X-Nothing: x"));
      reader();
      Eventually.holds(() -> connection.getInputStream().available() > 0);
    }
    server.streams.lost.get(10, TimeUnit.SECONDS);
  }

  @Test
  void aPageOfAnotherOriginIsRefusedAndOurOwnIsNot() throws Exception {
    assertThat(status(address, "Origin: http://evil.example")).isEqualTo("403");
    assertThat(status(address, "Origin: null")).isEqualTo("403");
    assertThat(server.streams.reader).isNotDone();
    assertThat(status(address, "Origin: http://berth.example:7070")).isEqualTo("101");
  }

  @Test
  void whatIsNoTerminalIsAProblemBeforeTheUpgrade() throws Exception {
    var unknown = "/api/v1/operations/01a20994-7d52-7000-a1f3-0c8e0c9c4f10/terminal";
    assertThat(status(unknown, "X-Nothing: x")).isEqualTo("404");
    var plain = server.get(address);
    assertThat(plain.statusCode()).isEqualTo(400);
    assertThat(plain.body()).contains("berth shell");
  }

  /** The status of a handshake with one header more, which no client library lets us send. */
  private String status(String path, String header) throws IOException {
    try (var connection = server.connect()) {
      connection.getOutputStream().write(handshake(path, header));
      var answer =
          new String(connection.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      return answer.substring("HTTP/1.1 ".length());
    }
  }

  private static byte[] handshake(String path, String header) {
    return ApiServer.head(
        "GET " + path + " HTTP/1.1",
        "Host: berth.example:7070",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        header);
  }

  private WebSocket open() throws Exception {
    var socket = connect().await(10, TimeUnit.SECONDS);
    reader();
    return socket;
  }

  private Future<WebSocket> connect() {
    var options =
        new WebSocketConnectOptions().setHost("127.0.0.1").setPort(server.port).setURI(address);
    return client
        .connect(options)
        .onSuccess(socket -> {
          socket.textMessageHandler(texts::add);
          socket.binaryMessageHandler(bytes -> lengths.add(bytes.length()));
          socket.closeHandler(_ -> closed.complete(socket.closeStatusCode()));
        });
  }

  private OutputReader reader() throws Exception {
    return server.streams.reader.get(10, TimeUnit.SECONDS);
  }

  private static OutputChunk chunk(long sequence, Bytes data) {
    return new OutputChunk(sequence, Channel.STDOUT, data);
  }

  /** Whether there is room for more; a second without any counts as none. */
  private static boolean settles(Future<Void> room) {
    try {
      room.await(1, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }
}
