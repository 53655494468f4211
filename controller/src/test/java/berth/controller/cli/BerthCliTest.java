package berth.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;

class BerthCliTest {
  private static final String ID = "019ab000-0000-7000-8000-000000000002";
  private static final String COMMAND = "019ab000-0000-7000-8000-000000000001";
  private FakeController controller;

  @BeforeEach
  void start() throws IOException {
    controller = new FakeController();
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void everyCommandHasHelpWithASummaryAndExamples() {
    assertTaught(BerthCli.tree(true));
  }

  @Test
  void helpIsPrintedAndIsNoFailure() {
    assertThat(controller.run("exec", "--help")).isEqualTo(ExitCode.DONE);
    assertThat(controller.out()).contains("Usage:", "Examples:", "exit 7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create lab1/web",
        "create lab1/../etc --image i",
        "create lab1 --image i",
        "start",
        "start --nonsense lab1/web",
        "start lab1/web --wait never",
        "nonsense",
        "host",
        "stop lab1/web --timeout soon"
      })
  void aWrongCommandLineIsUsageAndSendsNothing(String line) {
    assertThat(controller.run(line.split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(controller.err()).isNotEmpty().doesNotContain("Exception", "\tat ");
    assertThat(controller.requests).isEmpty();
  }

  @Test
  void aBadNameIsToldWithItsRule() {
    controller.run("start", "lab1/a b");
    assertThat(controller.err()).contains("bad container name \"a b\"", "--help");
  }

  @Test
  void noControllerIsToldWithWhatToDo() {
    controller.close();
    assertThat(controller.run("host", "ls")).isEqualTo(ExitCode.BERTH);
    assertThat(controller.err()).contains("no controller answers", "berth lab up");
  }

  @Test
  void createSendsWhatWasAskedAndWaitsForTheEnd() {
    controller
        .on("POST hosts/lab1/containers", 202, operation("RUNNING", 1, target("SENT", "")))
        .on(
            "GET operations/" + ID + "?wait=30&after=1",
            200,
            operation("SUCCEEDED", 4, target("SUCCEEDED", ",'result':{'kind':'done'}")));
    var status = controller.run("create", "lab1/web", "--image", "debian-13", "--wait", "ready");
    assertThat(status).isEqualTo(ExitCode.DONE);
    assertThat(controller.requests.getFirst())
        .contains("\"name\":\"web\"", "\"image\":\"debian-13\"", "\"start\":\"READY\"");
    assertThat(controller.out()).contains("create lab1/web: done");
  }

  @ParameterizedTest
  @CsvSource({"NOT_FOUND,1", "EXPIRED,124", "TIMEOUT,124", "INTERNAL,125", "ALREADY_EXISTS,1"})
  void aFailedOperationIsToldAndItsKindIsTheStatus(String code, int status) {
    var problem =
        ",'problem':{'code':'%s','message':'no such image: x','remedy':'build it','log':['l1']}"
            .formatted(code);
    controller.on(
        "POST hosts/lab1/containers", 202, operation("FAILED", 2, target("FAILED", problem)));
    assertThat(controller.run("create", "lab1/web", "--image", "x")).isEqualTo(status);
    assertThat(controller.err()).contains("no such image: x", "build it", "| l1");
  }

  @Test
  void aRefusalIsToldAsTheProblemItIs() {
    controller.on(
        "POST hosts/lab9/containers",
        404,
        "{'status':404,'code':'NOT_FOUND','detail':'unknown host lab9; known: lab1, lab2'}");
    assertThat(controller.run("create", "lab9/web", "--image", "x")).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("unknown host lab9; known: lab1, lab2");
  }

  @Test
  void execKeepsTheStreamsApartAndHandsTheStatusOn() {
    onExec(chunk(1, "STDOUT", "out\n") + chunk(2, "STDERR", "err\n") + end(exit(7)));
    assertThat(controller.run("exec", "lab1/web", "--", "sh", "-c", "exit 7")).isEqualTo(7);
    assertThat(controller.out()).isEqualTo("out\n");
    assertThat(controller.err()).isEqualTo("err\n");
    assertThat(controller.requests.getFirst()).contains("[\"sh\",\"-c\",\"exit 7\"]");
  }

  @Test
  void execTakesTheProgramAlsoWithoutDashes() {
    onExec(end(exit(0)));
    assertThat(controller.run("exec", "-u", "nobody", "lab1/web", "ls", "-l")).isZero();
    assertThat(controller.requests.getFirst()).contains("[\"ls\",\"-l\"]", "\"nobody\"");
  }

  @Test
  void execOfAKilledProgramIsItsSignalPlus128() {
    onExec(
        end(",'result':{'kind':'process-result','signal':9,'chunks':0,'stdout':'','stderr':''}"));
    assertThat(controller.run("exec", "lab1/web", "--", "true")).isEqualTo(137);
  }

  @ParameterizedTest
  @CsvSource({
    "PROGRAM_NOT_FOUND,127",
    "PROGRAM_NOT_EXECUTABLE,126",
    "TIMEOUT,124",
    "CONFLICT,125",
    "INTERRUPTED,125"
  })
  void whatKeptExecFromRunningIsNoStatusOfAProgram(String code, int status) {
    onExec(end(",'problem':{'code':'" + code + "','message':'why'}"));
    assertThat(controller.run("exec", "lab1/web", "--", "true")).isEqualTo(status);
    assertThat(controller.err()).contains("why");
  }

  @Test
  void execSendsStandardInputWhereThereIsSome() throws InterruptedException {
    onExec(end(exit(0)));
    controller.on("POST operations/" + ID + "/input", 204, "");
    controller.runWith("hello", "exec", "lab1/web", "--", "cat");
    assertThat(controller.requests.getFirst()).contains("\"stdin\":true");
  }

  @Test
  void execDetachedPrintsTheOperationAndGoes() {
    controller.on(
        "POST hosts/lab1/containers/web/exec", 202, operation("RUNNING", 1, target("SENT", "")));
    assertThat(controller.run("exec", "-d", "lab1/web", "--", "true")).isZero();
    assertThat(controller.out()).isEqualTo(ID + System.lineSeparator());
    assertThat(controller.requests).hasSize(1);
    assertThat(controller.requests.getFirst()).doesNotContain("stream");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shell lab1/web",
        "exec -t lab1/web -- true",
        "exec -t -d lab1/web -- true",
        "exec --keep lab1/web -- true",
        "exec --record x.cast lab1/web -- true",
        "session attach " + ID
      })
  void aTerminalWithoutOneIsRefusedAndSendsNothing(String line) {
    assertThat(controller.run(line.split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(controller.err()).isNotEmpty();
    assertThat(controller.requests).isEmpty();
  }

  @Test
  void anEndedProgramIsShownWithItsExitCodeAndTheLastOfItsOutput() {
    var result =
        ",'result':{'kind':'process-result','exitCode':7,'chunks':0,'stdout':'b3V0Cg==','stderr':''}";
    controller.on(
        "GET operations/" + ID, 200, operation("SUCCEEDED", 3, target("SUCCEEDED", result)));
    controller.run("operation", "show", ID);
    assertThat(controller.out()).contains("exit code 7", "Output:", "out").doesNotContain("Errors");
  }

  @Test
  void sessionsAreTheProgramsThatRunNow() {
    var exec = operation("RUNNING", 1, target("ACCEPTED", "")).replace("'x'", "'exec'");
    var other =
        operation("RUNNING", 1, target("ACCEPTED", "")).replace("create lab1", "other lab1");
    controller.on(
        "GET operations?state=RUNNING&limit=1000",
        200,
        "{'operations':[" + exec + "," + other + "]}");
    assertThat(controller.run("session", "ls")).isZero();
    assertThat(controller.out())
        .contains("SESSION", ID, "create lab1/web")
        .doesNotContain("other lab1");
  }

  @Test
  void listsAreTablesForPeopleAndDocumentsForScripts() {
    controller.on(
        "GET hosts",
        200,
        "{'hosts':[{'host':'lab1','status':'ONLINE','agentVersion':'1','pools':[],"
            + "'containers':3,'running':2,'images':1}]}");
    controller.run("host", "ls");
    assertThat(controller.out()).contains("HOST", "lab1", "online", "2/3").doesNotContain("\033");
    controller.out.reset();
    controller.run("host", "ls", "-o", "json");
    assertThat(controller.out()).startsWith("[").contains("\"status\" : \"ONLINE\"");
  }

  @Test
  void theCompletionScriptKnowsTheCommands() {
    assertThat(controller.run("completion")).isZero();
    assertThat(controller.out()).contains("complete -F", "operation", "debootstrap");
  }

  private void onExec(String ndjson) {
    controller
        .on("POST hosts/lab1/containers/web/exec", 202, operation("RUNNING", 1, target("SENT", "")))
        .on("GET operations/" + ID + "/output", 200, ndjson);
  }

  private static String chunk(int sequence, String channel, String text) {
    var data =
        Base64.getEncoder().encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return "{'kind':'output-chunk','sequence':%d,'channel':'%s','data':'%s'}%n"
        .formatted(sequence, channel, data);
  }

  private static String end(String targetRest) {
    var state = targetRest.contains("problem") ? "FAILED" : "SUCCEEDED";
    return "{'end':" + operation(state, 9, target(state, targetRest)) + "}\n";
  }

  private static String exit(int code) {
    return ",'result':{'kind':'process-result','exitCode':%d,'chunks':2,'stdout':'','stderr':''}"
        .formatted(code);
  }

  private static String operation(String state, int revision, String target) {
    return ("{'id':'%s','kind':'x','summary':'create lab1/web','state':'%s','revision':%d,"
            + "'created':'2026-11-23T10:00:00Z','targets':[%s]}")
        .formatted(ID, state, revision, target);
  }

  private static String target(String state, String rest) {
    return ("{'command':'%s','host':'lab1','container':'web','state':'%s',"
            + "'deadline':'2026-11-23T10:10:00Z','hostOnline':true%s}")
        .formatted(COMMAND, state, rest);
  }

  private static void assertTaught(CommandSpec spec) {
    assertThat(spec.usageMessage().description()).as(spec.qualifiedName()).isNotEmpty();
    for (var subcommand : spec.subcommands().values()) {
      assertTaught(subcommand.getCommandSpec());
    }
    if (spec.subcommands().isEmpty()) {
      assertThat(spec.usageMessage().footer()).as(spec.qualifiedName()).isNotEmpty();
    }
  }
}
