package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.operation.OperationRequest.Target;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.HostId;
import berth.protocol.InnerPath;
import berth.protocol.Sha256;
import berth.protocol.SnapshotName;
import berth.protocol.command.ContainerCommand.ImportContainer;
import berth.protocol.command.CopyCommand.CopyIn;
import berth.protocol.command.CopyCommand.CopyOut;
import berth.protocol.command.CopyCommand.ExportContainer;
import berth.protocol.command.FileOwner;
import berth.protocol.command.WaitFor;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams in by pieces and out by ranges, and the copies that they are for. */
class TransfersIT {
  private static final String WEB = "/api/v1/hosts/lab1/containers/web/";
  private static final String HASH =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

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
  void piecesGoInAndRangesComeOut() throws Exception {
    var address = begin();
    assertThat(ApiServer.json(send(address + "?offset=0", "hel")).get("size").asLong())
        .isEqualTo(3);
    assertThat(send(address + "?offset=3", "lo").statusCode()).isEqualTo(200);
    assertThat(server.get(address).body()).isEqualTo("hello");
    var rest = server.get(address, "Range", "bytes=3-");
    assertThat(rest.statusCode()).isEqualTo(206);
    assertThat(rest.body()).isEqualTo("lo");
    assertThat(server.get(address, "Range", "bytes=5-").statusCode()).isEqualTo(416);
    assertThat(server.send(server.request(address).DELETE()).statusCode()).isEqualTo(204);
    assertThat(server.get(address).statusCode()).isEqualTo(404);
  }

  @Test
  void aGapAndAStrangerAreRefused() throws Exception {
    assertThat(send(begin() + "?offset=1", "x").statusCode()).isEqualTo(409);
    assertThat(send("/api/v1/transfers/" + "0".repeat(64), "x").statusCode()).isEqualTo(404);
    assertThat(send("/api/v1/transfers/..%2Fx", "x").statusCode()).isGreaterThanOrEqualTo(400);
    assertThat(send("/api/v1/transfers/1", "x").statusCode()).isEqualTo(400);
  }

  @Test
  void aCopyNamesItsTransferToTheHostAloneAndNotInWhatIsShown() throws Exception {
    var address = begin();
    var id = address.substring(address.lastIndexOf('/') + 1);
    send(address, "hello");
    var in =
        server.post(
            WEB + "copy-in",
            "{\"path\":\"/etc/\",\"owner\":{\"uid\":1,\"gid\":2},\"transfer\":\"%s\",\"sha256\":\"%s\"}"
                .formatted(id, HASH));
    assertThat(in.statusCode()).as(in.body()).isEqualTo(202);
    assertThat(in.body()).contains("copy to lab1/web:/etc/").doesNotContain(id);
    assertThat(server.operations.submitted.getLast().targets())
        .containsExactly(
            new Target(
                new HostId("lab1"),
                new CopyIn(
                    new ContainerName("web"),
                    new InnerPath("/etc/"),
                    false,
                    Optional.of(new FileOwner(1, 2)),
                    URI.create(address),
                    new Sha256(HASH),
                    ByteSize.of(5))));

    var out = server.post(WEB + "copy-out", "{\"path\":\"/x\",\"transfer\":\"" + id + "\"}");
    assertThat(out.statusCode()).as(out.body()).isEqualTo(202);
    assertThat(server.operations.submitted.getLast().targets())
        .containsExactly(
            new Target(
                new HostId("lab1"),
                new CopyOut(new ContainerName("web"), new InnerPath("/x"), URI.create(address))));
  }

  @Test
  void aWholeContainerGoesByATransferAsWell() throws Exception {
    var address = begin();
    var id = address.substring(address.lastIndexOf('/') + 1);
    var export =
        server.post(WEB + "export", "{\"snapshot\":\"one\",\"transfer\":\"%s\"}".formatted(id));
    assertThat(export.statusCode()).as(export.body()).isEqualTo(202);
    assertThat(export.body()).contains("export lab1/web as of one").doesNotContain(id);
    send(address, "hello");
    var bring =
        server.post(
            WEB + "import",
            "{\"transfer\":\"%s\",\"sha256\":\"%s\",\"trusted\":true,\"start\":\"READY\"}"
                .formatted(id, HASH));
    assertThat(bring.statusCode()).as(bring.body()).isEqualTo(202);
    var host = new HostId("lab1");
    var name = new ContainerName("web");
    assertThat(server.operations.submitted.stream().map(one -> one.targets().getFirst()))
        .containsExactly(
            new Target(
                host,
                new ExportContainer(
                    name, Optional.of(new SnapshotName("one")), URI.create(address))),
            new Target(
                host,
                new ImportContainer(
                    name,
                    Optional.empty(),
                    URI.create(address),
                    Sha256.of(HASH),
                    ByteSize.of(5),
                    false,
                    true,
                    Optional.of(WaitFor.READY))));
    var nothing =
        server.post(
            WEB + "import",
            "{\"transfer\":\"%s\",\"sha256\":\"%s\"}"
                .formatted(begin().replaceFirst(".*/", ""), HASH));
    assertThat(nothing.statusCode()).isEqualTo(409);
  }

  @Test
  void whatCanNotBeCopiedIsRefusedBeforeTheHostIsAsked() throws Exception {
    var id = begin().replaceFirst(".*/", "");
    for (var body :
        new String[] {
          "{\"path\":\"etc\",\"transfer\":\"" + id + "\"}",
          "{\"path\":\"/a/../b\",\"transfer\":\"" + id + "\"}",
          "{\"path\":\"/etc\",\"transfer\":\"x\"}"
        }) {
      assertThat(server.post(WEB + "copy-out", body).statusCode()).as(body).isEqualTo(400);
    }
    var unknown = "{\"path\":\"/etc\",\"transfer\":\"" + "0".repeat(64) + "\"}";
    assertThat(server.post(WEB + "copy-out", unknown).statusCode()).isEqualTo(404);
    var empty =
        server.post(
            WEB + "copy-in",
            "{\"path\":\"/etc\",\"transfer\":\"%s\",\"sha256\":\"%s\"}".formatted(id, HASH));
    assertThat(empty.statusCode()).isEqualTo(409);
    assertThat(server.operations.submitted).isEmpty();
  }

  private String begin() throws Exception {
    var answer = server.post("/api/v1/transfers", "{}");
    assertThat(answer.statusCode()).isEqualTo(201);
    return answer.headers().firstValue("Location").orElseThrow();
  }

  private HttpResponse<String> send(String path, String piece) throws Exception {
    return server.send(
        server
            .request(path)
            .header("Content-Type", "application/octet-stream")
            .POST(BodyPublishers.ofString(piece)));
  }
}
