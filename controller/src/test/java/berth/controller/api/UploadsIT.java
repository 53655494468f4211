package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.operation.OperationRequest.Target;
import berth.protocol.ByteSize;
import berth.protocol.HostId;
import berth.protocol.ImageName;
import berth.protocol.Sha256;
import berth.protocol.command.ImageCommand.ImportImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in and out over HTTP, whole, in parts and cut off. */
class UploadsIT {
  private final byte[] content = random(3 * 1024 * 1024 + 17);

  @TempDir private Path folder;
  private ApiServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ApiServer(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void whatIsUploadedComesBackByItsHash() throws Exception {
    var announced = upload(BodyPublishers.ofByteArray(content));
    var streamed = upload(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content)));

    assertThat(announced.statusCode()).isEqualTo(201);
    var address = "/api/v1/uploads/" + sha256(content);
    assertThat(announced.headers().firstValue("Location")).hasValue(address);
    assertThat(ApiServer.json(announced).get("size").asLong()).isEqualTo(content.length);
    assertThat(streamed.body()).isEqualTo(announced.body());
    assertThat(bytes(address).body()).isEqualTo(content);
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void anEmptyUploadIsAFileToo() throws Exception {
    var answer = upload(BodyPublishers.noBody());

    assertThat(answer.statusCode()).isEqualTo(201);
    var address = answer.headers().firstValue("Location").orElseThrow();
    assertThat(bytes(address).body()).isEmpty();
  }

  @Test
  void aPartIsGivenAndSoIsTheRestAfterABreak() throws Exception {
    upload(BodyPublishers.ofByteArray(content));
    var address = "/api/v1/uploads/" + sha256(content);

    var part = bytes(address, "Range", "bytes=1000-1999");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.headers().firstValue("Content-Range"))
        .hasValue("bytes 1000-1999/" + content.length);
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, 1000, 2000));

    var tag = part.headers().firstValue("ETag").orElseThrow();
    var rest = bytes(address, "Range", "bytes=2000-", "If-Range", tag);
    assertThat(rest.statusCode()).isEqualTo(206);
    assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(content, 2000, content.length));
  }

  @Test
  void aPartOfSomethingElseIsGivenWhole() throws Exception {
    upload(BodyPublishers.ofByteArray(content));

    var answer =
        bytes("/api/v1/uploads/" + sha256(content), "Range", "bytes=5-", "If-Range", "\"another\"");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(content);
  }

  @Test
  void aPartThatIsNotThereIsRefused() throws Exception {
    upload(BodyPublishers.ofByteArray(content));

    var answer = server.get("/api/v1/uploads/" + sha256(content), "Range", "bytes=9999999-");

    assertThat(answer.statusCode()).isEqualTo(416);
    assertThat(answer.headers().firstValue("Content-Range")).hasValue("bytes */" + content.length);
  }

  @Test
  void aHeadTellsTheSizeAndWhoHasItIsSentNothing() throws Exception {
    upload(BodyPublishers.ofByteArray(content));
    var address = "/api/v1/uploads/" + sha256(content);

    var head = server.send(server.request(address).HEAD());
    var tag = head.headers().firstValue("ETag").orElseThrow();
    assertThat(head.headers().firstValue("Content-Length")).hasValue("" + content.length);
    assertThat(head.body()).isEmpty();
    assertThat(server.get(address, "If-None-Match", tag).statusCode()).isEqualTo(304);
  }

  @Test
  void anUploadThatBreaksOffLeavesNothing() throws Exception {
    try (var socket = server.connect()) {
      var out = socket.getOutputStream();
      out.write(
          "POST /api/v1/uploads HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n"
              .getBytes(StandardCharsets.ISO_8859_1));
      out.write(content);
      out.flush();
      Eventually.holds(() -> size() == content.length);
    }
    Eventually.holds(() -> files() == 0);
  }

  @Test
  void anUploadThatIsNotThereIsNamed() throws Exception {
    var answer = server.get("/api/v1/uploads/" + sha256(content));

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("there is no upload " + sha256(content));
  }

  @Test
  void anImportGoesToEveryHostThatIsOnlineWithWhatTheAgentsNeed() throws Exception {
    upload(BodyPublishers.ofByteArray(content));
    var hash = sha256(content);

    var answer = server.post("/api/v1/images/mine/import", "{\"upload\":\"" + hash + "\"}");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    var request = server.operations.submitted.getFirst();
    assertThat(request.summary()).isEqualTo("import image mine on lab1");
    assertThat(request.targets())
        .containsExactly(
            new Target(
                HostId.of("lab1"),
                new ImportImage(
                    ImageName.of("mine"),
                    Optional.empty(),
                    URI.create("/api/v1/uploads/" + hash),
                    Sha256.of(hash),
                    ByteSize.of(content.length))));
  }

  @Test
  void anImportOfWhatWasNotUploadedIsRefused() throws Exception {
    var answer = server.post("/api/v1/images/a/import", "{\"upload\":\"" + "0".repeat(64) + "\"}");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(server.operations.submitted).isEmpty();
  }

  private HttpResponse<String> upload(BodyPublisher body) throws Exception {
    return server.send(server.request("/api/v1/uploads").POST(body));
  }

  private HttpResponse<byte[]> bytes(String path, String... headers) throws Exception {
    var request = server.request(path).timeout(Duration.ofSeconds(20));
    return server.send(
        headers.length == 0 ? request : request.headers(headers), BodyHandlers.ofByteArray());
  }

  private long files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private long size() throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static String sha256(byte[] bytes) throws Exception {
    return Sha256.of(MessageDigest.getInstance("SHA-256").digest(bytes)).hex();
  }

  private static byte[] random(int length) {
    var bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }
}
