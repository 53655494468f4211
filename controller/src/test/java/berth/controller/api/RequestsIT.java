package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.operation.OperationRequest;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.HostId;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.Signal;
import berth.protocol.SnapshotName;
import berth.protocol.Wire;
import berth.protocol.command.Command;
import berth.protocol.command.ContainerCommand.AdoptContainer;
import berth.protocol.command.ContainerCommand.CloneContainer;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.CreateSnapshot;
import berth.protocol.command.ContainerCommand.KillContainer;
import berth.protocol.command.ContainerCommand.KillContainer.Whom;
import berth.protocol.command.ContainerCommand.PauseContainer;
import berth.protocol.command.ContainerCommand.RebootContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.RemoveSnapshot;
import berth.protocol.command.ContainerCommand.RenameContainer;
import berth.protocol.command.ContainerCommand.RestoreSnapshot;
import berth.protocol.command.ContainerCommand.ResumeContainer;
import berth.protocol.command.ContainerCommand.SetContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ContainerCommand.StopContainer;
import berth.protocol.command.ImageCommand.BuildImage;
import berth.protocol.command.LogSelection;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.command.ProcessCommand.ReadLogs;
import berth.protocol.command.ViewCommand.ListSnapshots;
import berth.protocol.command.WaitFor;
import berth.protocol.reply.Result;
import berth.protocol.spec.Port;
import berth.protocol.spec.SpecPatch;
import berth.protocol.state.SnapshotState;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked over HTTP, and what is refused with a reason. */
class RequestsIT {
  private static final String CONTAINERS = "/api/v1/hosts/lab1/containers";

  @TempDir private static Path folder;
  private static ApiServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new ApiServer(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void forget() {
    server.operations.submitted.clear();
  }

  @Test
  void everythingThatAHostDoesIsAcceptedWithTheAddressOfItsOperation() throws Exception {
    var answer = server.post(CONTAINERS, "{\"name\":\"web\",\"image\":\"debian-13\"}");

    assertThat(answer.statusCode()).isEqualTo(202);
    var id = ApiServer.json(answer).get("id").textValue();
    assertThat(answer.headers().firstValue("Location")).hasValue("/api/v1/operations/" + id);
    assertThat(ApiServer.json(server.get("/api/v1/operations/" + id)))
        .isEqualTo(ApiServer.json(answer));
    var none = Optional.<PoolName>empty();
    assertSubmitted(
        "create lab1/web",
        new CreateContainer(
            ContainerName.of("web"), ImageName.of("debian-13"), none, Optional.empty()));
  }

  @Test
  void startStopAndRemoveTakeTheirSettingsOrNoneAtAll() throws Exception {
    server.post(CONTAINERS + "/web/start", "{\"until\":\"READY\"}");
    server.send(server.request(CONTAINERS + "/web/start").POST(BodyPublishers.noBody()));
    server.post(CONTAINERS + "/web/stop", "{\"timeout\":\"PT20S\"}");
    server.send(server.request(CONTAINERS + "/web?force=true").DELETE());

    var web = ContainerName.of("web");
    assertThat(server.operations.submitted)
        .extracting(request -> request.targets().getFirst().command())
        .containsExactly(
            new StartContainer(web, WaitFor.READY),
            new StartContainer(web, WaitFor.STARTED),
            new StopContainer(web, Optional.of(Duration.ofSeconds(20))),
            new RemoveContainer(web, true));
  }

  @Test
  void everyVerbIsItsCommand() throws Exception {
    server.post(CONTAINERS + "/web/kill", "{\"signal\":\"9\",\"whom\":\"ALL\"}");
    server.post(CONTAINERS + "/web/kill", "{\"signal\":\"sigrtmin+3\"}");
    server.post(CONTAINERS + "/web/reboot", "{\"until\":\"READY\"}");
    server.send(server.request(CONTAINERS + "/web/pause").POST(BodyPublishers.noBody()));
    server.send(server.request(CONTAINERS + "/web/resume").POST(BodyPublishers.noBody()));
    server.post(CONTAINERS + "/web/clone", "{\"name\":\"web2\"}");
    server.post(CONTAINERS + "/web/rename", "{\"name\":\"www\"}");

    var web = ContainerName.of("web");
    assertThat(server.operations.submitted)
        .extracting(request -> request.targets().getFirst().command())
        .containsExactly(
            new KillContainer(web, Signal.of("KILL"), Whom.ALL),
            new KillContainer(web, Signal.of("RTMIN+3"), Whom.INIT),
            new RebootContainer(web, WaitFor.READY),
            new PauseContainer(web),
            new ResumeContainer(web),
            new CloneContainer(ContainerName.of("web2"), web),
            new RenameContainer(web, ContainerName.of("www")));
    assertThat(server.operations.submitted)
        .extracting(OperationRequest::summary)
        .contains("send SIGKILL to lab1/web", "clone lab1/web as web2", "rename lab1/web to www");
  }

  @Test
  void snapshotsAreTakenRestoredAndRemovedByTheirNames() throws Exception {
    var path = CONTAINERS + "/web/snapshots";
    server.post(path, "{\"name\":\"s1\",\"comment\":\"why\",\"expiresAfter\":\"PT1H\"}");
    server.post(path, "{\"name\":\"golden\",\"protected\":true}");
    server.send(server.request(path + "/s1/restore").POST(BodyPublishers.noBody()));
    server.send(server.request(path + "/s1?force=true").DELETE());

    var web = ContainerName.of("web");
    var s1 = SnapshotName.of("s1");
    var golden = SnapshotName.of("golden");
    var none = Optional.<Duration>empty();
    assertThat(server.operations.submitted)
        .extracting(request -> request.targets().getFirst().command())
        .contains(
            new CreateSnapshot(
                web, s1, Optional.of("why"), false, Optional.of(Duration.ofHours(1))),
            new CreateSnapshot(web, golden, Optional.empty(), true, none),
            new RestoreSnapshot(web, s1),
            new RemoveSnapshot(web, s1, true));
    assertThat(server.operations.submitted)
        .extracting(OperationRequest::summary)
        .contains(
            "snapshot lab1/web as s1", "restore lab1/web to s1", "remove snapshot s1 of lab1/web");
  }

  @Test
  void theSnapshotsOfAContainerAreAskedOfItsHost() throws Exception {
    var state =
        new SnapshotState(
            SnapshotName.of("s1"),
            Instant.parse("2026-11-23T18:00:00Z"),
            Optional.empty(),
            true,
            Optional.empty());
    var web = ContainerName.of("web");
    server.operations.outcome = Optional.of(new Result.SnapshotsResult(web, List.of(state)));
    try {
      var answer = server.get(CONTAINERS + "/web/snapshots");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(ApiServer.json(answer).at("/snapshots/0/name").textValue()).isEqualTo("s1");
      assertThat(ApiServer.json(answer).at("/snapshots/0/protected").booleanValue()).isTrue();
      assertThat(command(0)).isEqualTo(new ListSnapshots(web));
    } finally {
      server.operations.outcome = Optional.empty();
    }
  }

  private static Command command(int index) {
    return server.operations.submitted.get(index).targets().getFirst().command();
  }

  @Test
  void aContainerThatIsWhatIsWaitedForIsAnsweredAtOnceAndAnotherAfterTheWait() throws Exception {
    var ready = server.get(CONTAINERS + "/web?for=READY&wait=60");
    assertThat(ApiServer.json(ready).at("/container/status").asText()).isEqualTo("READY");
    var stopped = server.get(CONTAINERS + "/web?for=STOPPED&wait=1");
    assertThat(ApiServer.json(stopped).at("/container/status").asText()).isEqualTo("READY");
    assertProblem(
        server.get(CONTAINERS + "/web?for=TEA"), 400, "INVALID", "bad for \"TEA\": one of");
    assertProblem(
        server.get(CONTAINERS + "/none?for=READY&wait=60"), 404, "NOT_FOUND", "lab1/none");
  }

  @Test
  void aSpecificationIsTakenWithTheContainerAndReadStrictly() throws Exception {
    server.post(
        CONTAINERS,
        "{\"name\":\"web\",\"image\":\"i\",\"spec\":{\"limits\":{\"memory\":\"1GiB\"},"
            + "\"network\":{\"kind\":\"veth\",\"ports\":[\"8080:80\"]}}}");
    var spec =
        ((CreateContainer) server.operations.submitted.getFirst().targets().getFirst().command())
            .spec()
            .orElseThrow();
    assertThat(spec.limits().memory()).contains(ByteSize.parse("1G"));
    assertThat(spec.network().ports()).containsExactly(Port.of("tcp:8080:80"));

    var typo =
        server.post(
            CONTAINERS, "{\"name\":\"w\",\"image\":\"i\",\"spec\":{\"limits\":{\"memroy\":1}}}");
    assertThat(typo.statusCode()).isEqualTo(400);
    assertThat(ApiServer.json(typo).get("detail").textValue()).contains("spec.limits.memroy");
    var bad =
        server.post(
            CONTAINERS,
            "{\"name\":\"w\",\"image\":\"i\",\"spec\":{\"binds\":[{\"source\":\"srv\"}]}}");
    assertThat(ApiServer.json(bad).get("detail").textValue())
        .contains("spec.binds[0]", "bad source", "srv");
  }

  @Test
  void aChangeIsAMergePatchAlsoByPost() throws Exception {
    var change = "{\"labels\":{\"tier\":\"web\",\"old\":null}}";
    var patch =
        server
            .request(CONTAINERS + "/web?force=true")
            .header("Content-Type", "application/merge-patch+json");
    server.send(patch.method("PATCH", BodyPublishers.ofString(change)));
    var post =
        server
            .request(CONTAINERS + "/web")
            .header("X-HTTP-Method-Override", "PATCH")
            .header("Content-Type", "application/json");
    server.send(post.POST(BodyPublishers.ofString(change)));
    server.send(server.request(CONTAINERS + "/web/adopt").POST(BodyPublishers.noBody()));

    var web = ContainerName.of("web");
    var expected = SpecPatch.of(Wire.json().readTree(change));
    assertThat(server.operations.submitted)
        .extracting(request -> request.targets().getFirst().command())
        .containsExactly(
            new SetContainer(web, expected, true),
            new SetContainer(web, expected, false),
            new AdoptContainer(web));
    var text =
        server
            .request(CONTAINERS + "/web")
            .header("Content-Type", "text/plain")
            .method("PATCH", BodyPublishers.ofString(change));
    assertThat(server.send(text).statusCode()).isEqualTo(415);

    var typo =
        server
            .request(CONTAINERS + "/web")
            .header("Content-Type", "application/merge-patch+json")
            .method("PATCH", BodyPublishers.ofString("{\"limits\":{\"memroy\":1}}"));
    assertProblem(server.send(typo), 400, "INVALID", "memroy");
    assertThat(server.operations.submitted).hasSize(3);
  }

  @Test
  void theSchemaOfASpecificationIsServed() throws Exception {
    var schema = ApiServer.json(server.get("/api/v1/schemas/container.json"));
    assertThat(schema.at("/properties/limits/$ref").textValue())
        .isEqualTo("#/$defs/ResourceLimits");
  }

  @Test
  void execSaysOnlyTheProgramInItsSummary() throws Exception {
    server.post(
        CONTAINERS + "/web/exec",
        "{\"argv\":[\"sh\",\"-c\",\"echo secret\"],\"environment\":{\"A\":\"b\"},\"stdin\":true,"
            + "\"timeout\":\"PT1M\",\"stream\":true}");

    assertSubmitted(
        "exec lab1/web: sh",
        new Exec(
            ContainerName.of("web"),
            List.of("sh", "-c", "echo secret"),
            Map.of("A", "b"),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Duration.ofMinutes(1)),
            true,
            true));
  }

  @Test
  void logsGiveAHundredLinesUnlessToldOtherwise() throws Exception {
    server.post(CONTAINERS + "/web/logs", "{}");

    assertSubmitted("logs lab1/web", new ReadLogs(ContainerName.of("web"), 100, false));
  }

  @Test
  void logsFromAPlaceOnAreAllThereAre() throws Exception {
    server.post(
        CONTAINERS + "/web/logs",
        "{\"follow\":true,\"since\":\"2026-11-23T18:00:00Z\",\"units\":[\"ssh\"],\"priority\":\"err\","
            + "\"grep\":\"oops\"}");

    assertSubmitted(
        "logs lab1/web",
        new ReadLogs(
            ContainerName.of("web"),
            Optional.empty(),
            true,
            false,
            new LogSelection(
                Optional.of(Instant.parse("2026-11-23T18:00:00Z")),
                Optional.empty(),
                List.of("ssh"),
                Optional.of("err"),
                Optional.of("oops")),
            Optional.empty()));
  }

  @Test
  void anImageIsBuiltOnEachHostOnce() throws Exception {
    var answer =
        server.post(
            "/api/v1/images/debian-13/build",
            "{\"hosts\":[\"lab1\",\"lab2\",\"lab1\"],"
                + "\"recipe\":{\"kind\":\"debootstrap\",\"suite\":\"trixie\"}}");

    assertThat(answer.statusCode()).isEqualTo(202);
    var targets = server.operations.submitted.getFirst().targets();
    assertThat(targets)
        .extracting(OperationRequest.Target::host)
        .containsExactly(HostId.of("lab1"), HostId.of("lab2"));
    assertThat(targets)
        .allSatisfy(target -> assertThat(target.command()).isInstanceOf(BuildImage.class));
  }

  @Test
  void deadlineAndIdempotencyKeyGoWithTheOperation() throws Exception {
    server.post(CONTAINERS + "/web/start?deadline=PT2H", "{}", "Idempotency-Key", "abc 1");

    var request = server.operations.submitted.getFirst();
    assertThat(request.deadline()).isEqualTo(Duration.ofHours(2));
    assertThat(request.idempotencyKey()).hasValue("abc 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\":\"x\",\"image\":\"a\",\"pol\":\"b\"} | pol: unknown field, known are image,"
            + " name, pool, spec, start",
        "{\"name\":\"web\"} | missing image",
        "{\"name\":5,\"image\":\"a\"} | name: must be text",
        "{\"name\":null,\"image\":\"a\"} | missing name",
        "{\"name\":\"a b\",\"image\":\"a\"} | name: bad container name \"a b\"",
        "{\"name\":\"../x\",\"image\":\"a\"} | name: bad container name \"../x\"",
        "{\"name\":\"x\",\"image\":\"a\",\"start\":\"NOW\"} | start: must be one of STARTED, READY",
        "{\"name\":\"x\",\"image\":[\"a\"]} | image: must be text",
        "{\"name\":\"x\",\"name\":\"y\"} | a field is given twice: line 1, column 19",
        "hello | not JSON: line 1, column 1",
        "[] | must be an object",
        "null | null where an object must be",
        "{\"name\":\"x\" | not JSON: line 1, column 12",
        "{\"name\":\"x\",\"image\":\"a\"} x | not JSON: line 1, column 26",
        "{\"name\":\"x\",\"image\":\"a\"}{} | more after the end of the object",
      })
  void aBodyThatDoesNotFitIsRefusedByTheNameOfItsField(String body, String complaint)
      throws Exception {
    assertProblem(server.post(CONTAINERS, body), 400, "INVALID", complaint);
    assertThat(server.operations.submitted).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exec | {} | no program to run",
        "exec | {\"argv\":\"sh\"} | argv: must be a list",
        "exec | {\"argv\":[\"sh\",null]} | null where a value must be",
        "exec | {\"argv\":[1]} | argv[0]: must be text",
        "exec | {\"argv\":[\"sh\"],\"stdin\":\"yes\"} | stdin: must be true or false",
        "exec | {\"argv\":[\"sh\"],\"stdin\":1} | stdin: must be true or false",
        "exec | {\"argv\":[\"sh\"],\"environment\":{\"A=B\":\"c\"}} | bad environment variable"
            + " \"A=B\"",
        "exec | {\"argv\":[\"sh\"],\"environment\":[]} | environment: must be an object",
        "exec | {\"argv\":[\"sh\"],\"timeout\":\"soon\"} | timeout: must be a duration such as"
            + " PT30S",
        "exec | {\"argv\":[\"sh\"],\"timeout\":30} | timeout: must be a duration such as PT30S",
        "stop | {\"timeout\":\"PT-1S\"} | bad timeout PT-1S: must be positive",
        "kill | {} | missing signal",
        "kill | {\"signal\":\"65\"} | bad signal \"65\"",
        "kill | {\"signal\":9} | signal: must be text",
        "clone | {\"name\":\"web\"} | bad name of a clone \"web\"",
        "rename | {\"name\":\"../x\"} | name: bad container name",
        "snapshots | {\"name\":\".x\"} | name: bad snapshot name",
        "snapshots | {} | missing name",
        "snapshots | {\"name\":\"a\",\"expiresAfter\":\"PT0S\"} | bad expiry PT0S: a second to ten"
            + " years",
        "snapshots | {\"name\":\"a\",\"protected\":true,\"expiresAfter\":\"PT1H\"} | can't be"
            + " protected and expire",
        "logs | {\"lines\":1.5} | lines: must be a number",
        "logs | {\"lines\":\"5\"} | lines: must be a number",
        "logs | {\"lines\":200000} | bad number of lines 200000",
        "logs | {\"lines\":99999999999} | lines: must be a number",
      })
  void aSettingThatDoesNotFitIsRefused(String verb, String body, String complaint)
      throws Exception {
    var path = CONTAINERS + "/web/" + verb;
    assertProblem(server.post(path, body), 400, "INVALID", complaint);
    assertThat(server.operations.submitted).isEmpty();
  }

  @Test
  void anUnknownFieldDeepInsideIsNamedWithItsPlace() throws Exception {
    var recipe =
        "{\"hosts\":[\"lab1\"],\"recipe\":{\"kind\":\"debootstrap\",\"suite\":\"trixie\",\"mirrors\":[]}}";
    var unknown = "{\"hosts\":[\"lab1\"],\"recipe\":{\"kind\":\"magic\"}}";

    assertProblem(
        server.post("/api/v1/images/a/build", recipe), 400, "INVALID", "recipe.mirrors: unknown");
    assertProblem(
        server.post("/api/v1/images/a/build", unknown),
        422,
        "UNSUPPORTED",
        "recipe: unknown kind \"magic\"");
    assertProblem(
        server.post("/api/v1/images/a/build", "{\"hosts\":[]}"), 400, "INVALID", "missing recipe");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a%20b", "%2e%2e%2fetc", "a%2Fb", "..%2f", "-x", "%00", "a%0ab"})
  void aBadNameInAPathIsNamed(String name) throws Exception {
    var answer = server.get(CONTAINERS + "/" + name);

    assertProblem(answer, 400, "INVALID", "bad container name");
  }

  @Test
  void aNameOfThreeHundredCharactersIsShownShort() throws Exception {
    var answer = server.get("/api/v1/hosts/" + "x".repeat(300));

    assertProblem(answer, 400, "INVALID", "(300 characters)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "%2e%2e", ".%2E", "."})
  void dotsLeadNowhere(String segment) throws Exception {
    var answer =
        server.exchange(
            "GET /api/v1/hosts/"
                + segment
                + "/hosts HTTP/1.1\r\n"
                + "Host: x\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("bad path");
  }

  @Test
  void anUnknownHostIsNamedWithTheKnownOnes() throws Exception {
    var answer = server.get("/api/v1/hosts/lab9");

    assertProblem(answer, 404, "NOT_FOUND", "there is no host lab9");
    assertThat(ApiServer.json(answer).get("remedy").textValue()).contains("lab1");
    assertProblem(
        server.get("/api/v1/containers?host=lab9"), 404, "NOT_FOUND", "there is no host lab9");
    assertProblem(
        server.post("/api/v1/hosts/nowhere/containers/web/start", "{}"),
        404,
        "NOT_FOUND",
        "there is no host nowhere");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/v1/containers?selector==web | bad selector of labels",
        "/api/v1/containers?hots=lab1 | unknown query parameter \"hots\"",
        "/api/v1/containers?host=lab1&host=lab2 | the parameter host is given twice",
        "/api/v1/operations?limit=0 | bad limit \"0\": a whole number from 1 to 1000",
        "/api/v1/operations?limit=many | bad limit \"many\"",
        "/api/v1/operations?state=DONE | bad state \"DONE\": one of [RUNNING, SUCCEEDED, FAILED]",
        "/api/v1/operations/17 | bad operation id \"17\"",
        "/api/v1/events?after=-1 | bad after \"-1\"",
        "/api/v1/uploads/abc | bad SHA-256 \"abc\"",
      })
  void aBadParameterIsNamed(String path, String complaint) throws Exception {
    assertProblem(server.get(path), 400, "INVALID", complaint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?deadline=tomorrow | bad deadline \"tomorrow\"",
        "?deadline=PT0.5S | bad deadline PT0.5S",
        "?deadline=P31D | bad deadline PT744H",
        "?force=yes | unknown query parameter \"force\"",
      })
  void aBadDeadlineIsRefused(String query, String complaint) throws Exception {
    var answer = server.post(CONTAINERS + "/web/start" + query, "{}");

    assertProblem(answer, 400, "INVALID", complaint);
    assertThat(server.operations.submitted).isEmpty();
  }

  private void assertSubmitted(String summary, Command command) {
    var request = server.operations.submitted.getFirst();
    assertThat(request.summary()).isEqualTo(summary);
    assertThat(request.targets())
        .containsExactly(new OperationRequest.Target(HostId.of("lab1"), command));
    assertThat(request.deadline()).isEqualTo(Duration.ofMinutes(10));
  }

  private static void assertProblem(
      HttpResponse<String> answer, int status, String code, String complaint) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    var problem = ApiServer.json(answer);
    assertThat(problem.get("detail").textValue()).contains(complaint);
    assertThat(problem.get("code").textValue()).isEqualTo(code);
    assertThat(problem.get("status").intValue()).isEqualTo(status);
    assertThat(answer.body()).doesNotContain("java.", "Exception", "\\tat ");
  }
}
