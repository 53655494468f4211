package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.operation.OutputReader;
import berth.protocol.Bytes;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.stream.Output.Channel;
import berth.protocol.stream.Output.OutputChunk;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The output and input of a program over HTTP, at the pace of the slower end. */
class ProcessesIT {
  private static final byte[] PIECE = new byte[64 * 1024];

  @TempDir private Path folder;
  private ApiServer server;
  private String address;

  @BeforeEach
  void start() throws Exception {
    server = new ApiServer(folder);
    address = "/api/v1/operations/" + server.streams.id;
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void outputComesAsLinesInOrderAndThenTheEnd() throws Exception {
    var answer = server.send(server.request(address + "/output"), BodyHandlers.ofInputStream());
    try (var lines =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
      var reader = server.streams.reader.get(10, TimeUnit.SECONDS);
      assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");

      write(reader, 1, Channel.STDOUT, "out\n");
      assertThat(Wire.json().readTree(lines.readLine()))
          .isEqualTo(
              Wire.json()
                  .readTree(
                      "{\"kind\":\"output-chunk\",\"sequence\":1,\"channel\":\"STDOUT\","
                          + "\"data\":\"b3V0Cg==\"}"));
      write(reader, 2, Channel.STDERR, "err\n");
      assertThat(lines.readLine()).contains("\"sequence\":2", "STDERR", "ZXJyCg==");

      var outcome =
          server.operations.submit(SubmittedOperation.start()).await(10, TimeUnit.SECONDS);
      reader.end(outcome);
      var last = Wire.json().readTree(lines.readLine());
      assertThat(last.at("/end/id").asText()).isEqualTo(outcome.id().toString());
      assertThat(OpenApi.misfit(OpenApi.schema("Ending"), last)).isEmpty();
      assertThat(lines.readLine()).isNull();
    }
    assertThat(server.streams.detached).isNotDone();
  }

  @Test
  void outputThatIsMissingIsTold() throws Exception {
    var answer = server.send(server.request(address + "/output"), BodyHandlers.ofInputStream());
    var reader = server.streams.reader.get(10, TimeUnit.SECONDS);

    var outcome = server.operations.submit(SubmittedOperation.start()).await(10, TimeUnit.SECONDS);
    reader.broken(new Problem(ProblemCode.UNAVAILABLE, "output is missing"), outcome);

    var last = Wire.json().readTree(answer.body().readAllBytes());
    assertThat(last.at("/broken/message").asText()).isEqualTo("output is missing");
    assertThat(last.has("end")).isTrue();
  }

  @Test
  void aSilentProgramIsAnsweredAtOnce() throws Exception {
    var answer = server.send(server.request(address + "/output"), BodyHandlers.ofInputStream());

    assertThat(answer.statusCode()).isEqualTo(200);
    answer.body().close();
  }

  @Test
  void outputOfAnUnknownOperationIsAProblem() throws Exception {
    var unknown = "/api/v1/operations/01a20994-7d52-7000-a1f3-0c8e0c9c4f10";

    var answer = server.get(unknown + "/output");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(
            server
                .send(server.request(unknown + "/input").POST(BodyPublishers.ofString("x")))
                .statusCode())
        .isEqualTo(404);
  }

  @Test
  void aClientThatDoesNotReadHoldsTheProgramBackAndLosesNothing() throws Exception {
    try (var socket = ask("/output")) {
      var reader = server.streams.reader.get(10, TimeUnit.SECONDS);
      var sent = 0;
      Future<Void> room;
      do {
        sent++;
        room = reader.chunk(chunk(sent));
      } while (settles(room) && sent < 2000);
      assertThat(sent).as("chunks of 64 KiB taken without a reader").isBetween(1, 400);

      var lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      for (var expected = 1; expected <= sent; expected++) {
        assertThat(nextLine(lines).get("sequence").asInt()).isEqualTo(expected);
      }
      room.await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aClientThatGoesAwayDetaches() throws Exception {
    try (var _ = ask("/output")) {
      server.streams.reader.get(10, TimeUnit.SECONDS);
      assertThat(server.streams.detached).isNotDone();
    }
    server.streams.detached.get(10, TimeUnit.SECONDS);
  }

  @Test
  void aClientThatGoesAwayWhileItHeldBackFailsTheChunk() throws Exception {
    var held = new CompletableFuture<Void>();
    try (var _ = ask("/output")) {
      var reader = server.streams.reader.get(10, TimeUnit.SECONDS);
      var sent = 0;
      Future<Void> room;
      do {
        room = reader.chunk(chunk(++sent));
      } while (settles(room) && sent < 2000);
      room.onComplete(_ -> held.complete(null));
    }
    held.get(10, TimeUnit.SECONDS);
    server.streams.detached.get(10, TimeUnit.SECONDS);
  }

  @Test
  void inputArrivesWholeAndItsEndIsTold() throws Exception {
    var input = new byte[5 * 1024 * 1024 + 3];
    new Random(3).nextBytes(input);

    var answer =
        server.send(
            server
                .request(address + "/input")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(input))));

    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(server.streams.inputEnded).isCompleted();
    assertThat(server.streams.input.toByteArray()).isEqualTo(input);
  }

  @Test
  void aProgramThatDoesNotReadHoldsItsInputBack() throws Exception {
    var appetite = Promise.<Void>promise();
    server.streams.appetite = appetite.future();
    var input = new byte[64 * 1024 * 1024];
    var answer =
        CompletableFuture.supplyAsync(() -> {
          try {
            return server.send(
                server.request(address + "/input").POST(BodyPublishers.ofByteArray(input)));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    Eventually.holds(() -> server.streams.offered.get() > 0);
    assertThat(server.streams.offered.get()).isLessThanOrEqualTo(256 * 1024);

    appetite.complete();
    assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
    assertThat(server.streams.input.size()).isEqualTo(input.length);
  }

  @Test
  void inputThatBreaksOffIsNotTheEndOfInput() throws Exception {
    try (var socket = server.connect()) {
      socket
          .getOutputStream()
          .write(
              ("POST " + address + "/input HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhello")
                  .getBytes(StandardCharsets.ISO_8859_1));
      Eventually.holds(() -> server.streams.input.size() == 5);
    }
    assertThat(server.streams.inputBroken).succeedsWithin(Duration.ofSeconds(20));
    assertThat(server.streams.inputEnded).isNotDone();
  }

  private Socket ask(String path) throws IOException {
    var socket = server.connect();
    socket.setReceiveBufferSize(64 * 1024);
    socket
        .getOutputStream()
        .write(
            ("GET " + address + path + " HTTP/1.1\r\nHost: x\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  /** The next line that is JSON: the head and the lengths of the chunked coding are not. */
  private static JsonNode nextLine(BufferedReader lines) throws IOException {
    var line = lines.readLine();
    while (!line.startsWith("{")) {
      line = lines.readLine();
    }
    return Wire.json().readTree(line);
  }

  private static void write(OutputReader reader, long sequence, Channel channel, String text)
      throws Exception {
    reader.chunk(new OutputChunk(sequence, channel, Bytes.of(text))).await(10, TimeUnit.SECONDS);
  }

  private static OutputChunk chunk(long sequence) {
    return new OutputChunk(sequence, Channel.STDOUT, Bytes.of(PIECE));
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
