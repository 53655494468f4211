package berth.controller.cli;

import static berth.controller.cli.Told.operation;
import static berth.controller.cli.Told.target;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code berth export}, {@code import} and {@code copy}. */
class ArchiveCommandsTest {
  private static final String ID = "5".repeat(64);
  private static final String HASH =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"; // of "hello"
  private static final String TRANSFER = "{'transfer':'" + ID + "','size':0}";

  @TempDir private Path folder;
  private FakeController controller;

  @BeforeEach
  void start() throws IOException {
    controller = new FakeController();
    controller
        .on("POST transfers", 201, TRANSFER)
        .on("GET transfers/" + ID, 200, "hello")
        .on("DELETE transfers/" + ID, 204, "")
        .on("POST transfers/" + ID + "?offset=0", 200, TRANSFER)
        .on("GET hosts/lab1/containers/web", 200, container("STOPPED"))
        .on("GET hosts/lab1", 200, "{}")
        .on("GET hosts/lab2", 200, "{}")
        .on("GET hosts/lab2/containers/web", 404, problem("no container web on host lab2"))
        .on("POST hosts/lab1/containers/web/snapshots", 202, noSnapshots())
        .on("POST hosts/lab1/containers/web/export", 202, ended(copied(HASH)))
        .on("POST hosts/lab2/containers/web/import", 202, ended(imported()));
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void aStoppedContainerBecomesAFileForItsOwnerAlone() throws Exception {
    var file = folder.resolve("web.tar.zst");
    assertThat(controller.run("export", "lab1/web", file.toString())).isZero();
    assertThat(file).hasContent("hello");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(controller.out()).contains("3 entries", HASH);
    assertThat(controller.err()).contains("warning: left out: the socket run/s");
    assertThat(controller.requests)
        .contains("POST hosts/lab1/containers/web/export {\"transfer\":\"" + ID + "\"}")
        .anyMatch(request -> request.equals("DELETE transfers/" + ID));

    assertThat(controller.run("export", "lab1/web", file.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("is there already", "--force");
    assertThat(controller.run("export", "--force", "lab1/web", file.toString())).isZero();
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
  }

  @Test
  void whatDoesNotArriveRightIsNoFile() throws Exception {
    controller.on("POST hosts/lab1/containers/web/export", 202, ended(copied("0".repeat(64))));
    var file = folder.resolve("web.tar.zst");
    assertThat(controller.run("export", "lab1/web", file.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("SHA-256");
    assertThat(folder).isEmptyDirectory();
    var nowhere = folder.resolve("none/web.tar.zst").toString();
    assertThat(controller.run("export", "lab1/web", nowhere)).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("no folder to write to");
  }

  @Test
  void aRunningOneWithoutSnapshotsIsRefused() {
    controller.on("GET hosts/lab1/containers/web", 200, container("READY"));
    assertThat(controller.run("export", "lab1/web", "-")).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("the pool makes no snapshots");
    assertThat(controller.out()).isEmpty();
    assertThat(controller.requests).noneMatch(request -> request.contains("web/export"));
  }

  @Test
  void whatCanNotBeWrittenIsNoSuccess() {
    var terminal =
        new Terminal(
            new PrintStream(OutputStream.nullOutputStream()) {
              @Override
              public boolean checkError() {
                return true;
              }
            },
            new PrintStream(controller.err, true, StandardCharsets.UTF_8),
            InputStream.nullInputStream(),
            false,
            false,
            false,
            "");
    var argv = new String[] {"export", "lab1/web", "-", "--controller", controller.url()};
    assertThat(BerthCli.run(terminal, argv)).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("the output can't be written");
  }

  @Test
  void ofARunningOneASnapshotIsTakenWhichGoesAgain() {
    var snapshots = "hosts/lab1/containers/web/snapshots";
    controller
        .on("GET hosts/lab1/containers/web", 200, container("READY"))
        .on("POST " + snapshots, 202, ended("{'kind':'done'}"));
    assertThat(controller.run("export", "lab1/web", "-")).isZero();
    assertThat(controller.out()).isEqualTo("hello");
    var taken =
        controller.requests.stream().filter(r -> r.startsWith("POST " + snapshots)).findFirst();
    assertThat(taken).hasValueSatisfying(r -> assertThat(r).contains("\"expiresAfter\":\"PT24H\""));
    var name = taken.orElseThrow().replaceFirst(".*(export-[0-9a-f-]+).*", "$1");
    assertThat(controller.requests)
        .anyMatch(r -> r.contains("/export {\"snapshot\":\"" + name + "\""))
        .endsWith("DELETE " + snapshots + "/" + name);
  }

  @Test
  void anArchiveIsSentAndItsWarningsAreTold() throws Exception {
    var file = Files.writeString(folder.resolve("web.tar.zst"), "hello");
    assertThat(controller.run("import", file.toString(), "lab2/web", "--trust", "--start"))
        .isZero();
    assertThat(controller.out()).contains("/web is stopped");
    assertThat(controller.err()).contains("warning: left out: size");
    assertThat(controller.requests)
        .contains(
            "POST transfers/" + ID + "?offset=0 hello",
            "POST hosts/lab2/containers/web/import {\"keepIdentity\":false,\"sha256\":\""
                + HASH
                + "\",\"start\":\"STARTED\",\"transfer\":\""
                + ID
                + "\",\"trusted\":true}");
    assertThat(controller.run("import", "none.tar.zst", "lab2/web")).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("no such file: none.tar.zst");
    assertThat(controller.run("import", file.toString(), "lab1/web")).isNotZero();
  }

  @Test
  void aCopyGoesFromHostToHostByWayOfTheController() {
    assertThat(controller.run("copy", "lab1/web", "lab2/web", "--snapshot", "s1")).isZero();
    assertThat(controller.out()).contains("/web is stopped");
    assertThat(controller.requests)
        .contains(
            "POST hosts/lab1/containers/web/export {\"snapshot\":\"s1\",\"transfer\":\""
                + ID
                + "\"}")
        .anyMatch(r -> r.contains("/import") && r.contains("\"trusted\":true"))
        .endsWith("DELETE transfers/" + ID);
    assertThat(controller.run("copy", "lab1/web", "lab1/web")).isEqualTo(ExitCode.FAILED);
  }

  private static String container(String status) {
    return "{'host':'lab1','container':{'name':'web','status':'%s','unit':'u','volume':'/v'}}"
        .formatted(status);
  }

  private static String problem(String detail) {
    return "{'status':404,'code':'NOT_FOUND','detail':'%s'}".formatted(detail);
  }

  private static String copied(String hash) {
    return "{'kind':'copy-result','sha256':'%s','size':5,'entries':3,".formatted(hash)
        + "'warnings':['left out: the socket run/s']}";
  }

  private static String imported() {
    return "{'kind':'import-result','container':{'name':'web','status':'STOPPED','unit':'u','volume':'/v'},'warnings':['left"
               + " out: size']}";
  }

  private static String noSnapshots() {
    var problem = ",'problem':{'code':'UNSUPPORTED','message':'the pool makes no snapshots'}";
    return operation("SUCCEEDED", 2, target("FAILED", problem));
  }

  private static String ended(String result) {
    return operation("SUCCEEDED", 2, target("SUCCEEDED", ",'result':" + result));
  }
}
