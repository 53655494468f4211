package berth.controller.cli;

import static berth.controller.cli.Told.done;
import static berth.controller.cli.Told.operation;
import static berth.controller.cli.Told.target;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;

class BerthCliTest {
  private static final String ID = Told.OPERATION;
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
        "stop lab1/web --timeout soon",
        "kill lab1/web",
        "kill -s NONSENSE lab1/web",
        "rename lab1/web a/b/c",
        "clone lab1/web",
        "wait lab1/web",
        "wait --for tea lab1/web",
        "start web*",
        "start lab1/[a",
        "create lab1/web --image i --memory lots",
        "create lab1/web --image i --port 99999:1",
        "create lab1/web --image i --network token-ring",
        "create lab1/web --image i --label tier",
        "create lab1/web --image i --capability fly",
        "set lab1/web",
        "set lab1/web lab1/db",
        "set autostart=true memory=1G",
        "set web autostart=true",
        "snapshot create lab1/web one two",
        "snapshot create lab1/web .one",
        "snapshot create lab1/web --protect --expires 1d",
        "snapshot create golden",
        "snapshot restore lab1/web",
        "snapshot rm lab1/web",
        "snapshot ls web"
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

  @Test
  void createTakesADocumentAndOptionsOverIt() {
    controller.on(
        "POST hosts/lab1/containers", 202, operation("SUCCEEDED", 2, target("SUCCEEDED", "")));
    var yaml =
        """
        image: debian-13
        privateUsers: no
        labels: {tier: web}
        limits: {memory: 1GiB, cpus: 1}
        """;
    var line =
        "create lab1/web -f - --pool fast --size 2GiB --label a=b --cpus 1.5 --port 8080:80"
            + " --protect --bind /srv:/mnt:ro --capability net_admin --env A=b=c --tmpfs /run/x:1M";
    assertThat(controller.runWith(yaml, line.split(" "))).isEqualTo(ExitCode.DONE);
    assertThat(controller.requests.getFirst())
        .isEqualTo(
            ("POST hosts/lab1/containers {'image':'debian-13','name':'web','pool':'fast','spec':{"
                    + "'privateUsers':'no','labels':{'tier':'web','a':'b'},"
                    + "'limits':{'memory':'1GiB','cpus':1.5},'size':2147483648,"
                    + "'environment':{'A':'b=c'},"
                    + "'network':{'kind':'veth','ports':['tcp:8080:80']},"
                    + "'binds':[{'source':'/srv','target':'/mnt','readOnly':true}],"
                    + "'tmpfs':[{'path':'/run/x','size':1048576}],"
                    + "'capabilities':{'add':['CAP_NET_ADMIN']},'protected':true}}")
                .replace('\'', '"'));
  }

  @Test
  void aDocumentThatIsNoneIsRefusedByItsName() {
    assertThat(controller.runWith("a: [", "create", "lab1/web", "-f", "-"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(controller.err()).contains("- is no YAML");
    assertThat(controller.run("create", "lab1/web", "-f", "/no/such.yaml"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("no file /no/such.yaml");
    assertThat(controller.requests).isEmpty();
  }

  @Test
  void setIsAMergePatchForEachContainer() {
    for (var name : new String[] {"web", "db"}) {
      controller.on(
          "POST hosts/lab1/containers/" + name + "?force=false",
          202,
          operation("SUCCEEDED", 2, target("SUCCEEDED", "")));
    }
    var status =
        controller.run(
            "set",
            "lab1/web",
            "lab1/db",
            "limits.memory=1GiB",
            "limits.cpus=1.5",
            "labels.example.org/tier=1.10",
            "autostart=true",
            "binds=[{source: /srv, readOnly: true}]",
            "network.kind=host",
            "hostname=");
    assertThat(status).isEqualTo(ExitCode.DONE);
    var change =
        (" {'limits':{'memory':'1GiB','cpus':1.5},'labels':{'example.org/tier':'1.10'},"
                + "'autostart':true,'binds':[{'source':'/srv','readOnly':true}],"
                + "'network':{'kind':'host'},'hostname':null}")
            .replace('\'', '"');
    assertThat(controller.requests)
        .containsExactly(
            "POST hosts/lab1/containers/web?force=false" + change,
            "POST hosts/lab1/containers/db?force=false" + change);
  }

  @Test
  void enableAndDisableSetTheAutostart() {
    controller.on(
        "POST hosts/lab1/containers/web?force=false",
        202,
        operation("SUCCEEDED", 2, target("SUCCEEDED", "")));
    controller.run("enable", "lab1/web");
    controller.run("disable", "lab1/web");
    assertThat(controller.requests.getFirst()).endsWith("{\"autostart\":true}");
    assertThat(controller.requests.getLast()).endsWith("{\"autostart\":false}");
  }

  @Test
  void aContainerIsShownAsTheDocumentItCanBeMadeOf() {
    controller.on(
        "GET hosts/lab1/containers/web",
        200,
        "{'host':'lab1','container':{'name':'web','status':'STOPPED','addresses':[],"
            + "'image':'debian-13','pool':'default','volume':'/var/lib/machines/web','limits':{},"
            + "'unit':'systemd-nspawn@web.service','managed':true,'drift':[],'warnings':[],"
            + "'spec':{'hostname':'shop','privateUsers':'no','environment':{'N':'1','Y':'yes'},"
            + "'network':{'kind':'veth','ports':['tcp:80:80']},'restart':'no',"
            + "'limits':{'memory':1073741824}}}}");
    assertThat(controller.run("show", "lab1/web", "-o", "yaml")).isEqualTo(ExitCode.DONE);
    assertThat(controller.out())
        .isEqualTo(
            """
            image: debian-13
            pool: default
            hostname: shop
            environment:
              "N": "1"
              "Y": "yes"
            privateUsers: "no"
            network:
              kind: veth
              ports:
              - tcp:80:80
            limits:
              memory: 1GiB
            """);
  }

  @Test
  void whatDoesNotHoldIsAWarning() {
    var result =
        ",'result':{'kind':'container-result','container':{'name':'web','status':'READY',"
            + "'addresses':[],'volume':'','limits':{},'unit':'u','managed':true,'drift':[],"
            + "'warnings':['hostname waits for a restart']}}";
    controller.on(
        "POST hosts/lab1/containers/web?force=true",
        202,
        operation("SUCCEEDED", 2, target("SUCCEEDED", result)));
    controller.run("set", "--force", "lab1/web", "hostname=shop");
    assertThat(controller.out()).contains("lab1/web is ready");
    assertThat(controller.err()).contains("warning: hostname waits for a restart");
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
  void ofSeveralEachOutcomeIsToldAndTheWorstIsTheStatus() {
    var late = ",'problem':{'code':'EXPIRED','message':'its deadline passed'}";
    controller
        .on("POST hosts/lab9/containers/a/stop", 404, "{'code':'NOT_FOUND','detail':'no lab9'}")
        .on(
            "POST hosts/lab1/containers/b/stop",
            202,
            operation("FAILED", 2, target("FAILED", late)))
        .on("POST hosts/lab1/containers/c/stop", 202, operation("SUCCEEDED", 2, done()));
    assertThat(controller.run("stop", "lab9/a", "lab1/b", "lab1/c")).isEqualTo(ExitCode.DEADLINE);
    assertThat(controller.err()).contains("lab9/a: no lab9", "its deadline passed");
    assertThat(controller.out()).contains("done");
  }

  @Test
  void aRequestWhoseAnswerIsLostIsMadeAgainAsTheSame() {
    var start = "POST hosts/lab1/containers/web/start";
    controller
        .onceNothing(start)
        .onceNothing(start)
        .on(start, 202, operation("SUCCEEDED", 2, done()));
    assertThat(controller.run("start", "lab1/web")).isZero();
    assertThat(controller.requests).filteredOn(start::equals).hasSizeLessThanOrEqualTo(3);
    assertThat(controller.keys).hasSizeGreaterThan(1);
    assertThat(Set.copyOf(controller.keys)).hasSize(1);
  }

  @Test
  void aPatternSelectsWhatTheControllerKnowsAndTellsIt() {
    onContainers();
    controller
        .on("POST hosts/lab1/containers/web/start", 202, operation("SUCCEEDED", 2, done()))
        .on("POST hosts/lab1/containers/db/start", 202, operation("SUCCEEDED", 2, done()));
    assertThat(controller.run("start", "lab1/*")).isZero();
    assertThat(controller.err()).contains("2 containers: lab1/db, lab1/web");
    assertThat(controller.requests)
        .noneMatch(request -> request.contains("lab2/containers"))
        .filteredOn(request -> request.startsWith("POST"))
        .hasSize(2);
  }

  @Test
  void onlyTheHostsThatAreNamedAreMeantByAPattern() {
    onContainers();
    controller.on("POST hosts/lab2/containers/web/stop", 202, operation("SUCCEEDED", 2, done()));
    assertThat(controller.run("stop", "*/web", "--on", "lab2")).isZero();
    assertThat(controller.err()).contains("1 container: lab2/web").doesNotContain("lab1");
  }

  @Test
  void allOfAHostAreSelectedOnceAndAreAListForScripts() {
    onContainers();
    controller.on("POST hosts/lab2/containers/web/reboot", 202, operation("SUCCEEDED", 2, done()));
    assertThat(
            controller.run("reboot", "*/web", "--all", "--on", "lab2", "-o", "json", "--no-wait"))
        .isZero();
    assertThat(controller.err()).contains("1 container: lab2/web");
    assertThat(controller.out()).startsWith("[");
  }

  @Test
  void labelsSelectAndNarrowAPatternAndAreForTheControllerToCompare() {
    onContainers("?selector=tier%3Dweb%2C%21old");
    controller
        .on("POST hosts/lab1/containers/web/stop", 202, operation("SUCCEEDED", 2, done()))
        .on("POST hosts/lab1/containers/db/stop", 202, operation("SUCCEEDED", 2, done()));
    assertThat(controller.run("stop", "-l", "tier=web,!old", "--on", "lab1")).isZero();
    assertThat(controller.err()).contains("2 containers: lab1/db, lab1/web");
    assertThat(controller.run("rm", "-l", "tier=web,!old", "lab7/*")).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err())
        .contains("no container that matches \"lab7/*\" with the labels tier=web,!old");
    assertThat(controller.run("rm", "-l", "tier=web", "lab1/web")).isEqualTo(ExitCode.USAGE);
    assertThat(controller.run("rm", "-l", "tier=a=b")).isEqualTo(ExitCode.USAGE);
    assertThat(controller.err()).contains("KEY!=VALUE");
  }

  @Test
  void aSelectionOfNothingIsAFailureAndSendsNothing() {
    onContainers();
    assertThat(controller.run("rm", "lab1/x*")).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("no container that matches \"lab1/x*\"");
    assertThat(controller.run("rm", "--all")).isEqualTo(ExitCode.USAGE);
    assertThat(controller.requests).allMatch(request -> request.startsWith("GET"));
  }

  @Test
  void aSignalGoesByItsNameAndToWhomItIsMeant() {
    controller.on("POST hosts/lab1/containers/web/kill", 202, operation("SUCCEEDED", 2, done()));
    assertThat(controller.run("kill", "-s", "1", "--whom", "all", "lab1/web")).isZero();
    assertThat(controller.requests.getFirst())
        .contains("\"signal\":\"SIGHUP\"", "\"whom\":\"ALL\"");
  }

  @Test
  void aCloneIsNamedWithOrWithoutItsHostAndStaysThere() {
    controller.on("POST hosts/lab1/containers/web/clone", 202, operation("SUCCEEDED", 2, done()));
    assertThat(controller.run("clone", "lab1/web", "lab1/web2")).isZero();
    assertThat(controller.run("clone", "lab1/web", "web2")).isZero();
    assertThat(controller.requests).allMatch(r -> r.endsWith(" {\"name\":\"web2\"}"));
    assertThat(controller.run("clone", "lab1/web", "lab2/web2")).isEqualTo(ExitCode.USAGE);
    assertThat(controller.err()).contains("not on lab2");
    assertThat(controller.requests).hasSize(2);
  }

  @Test
  void waitTellsWhatCameAndWhatDidNot() {
    controller
        .on("GET hosts/lab1/containers/web?for=READY&wait=30", 200, view("lab1", "web", "READY"))
        .on("GET hosts/lab1/containers/web?for=STOPPED&wait=0", 200, view("lab1", "web", "READY"));
    assertThat(controller.run("wait", "--for", "ready", "lab1/web")).isZero();
    assertThat(controller.out()).contains("lab1/web is ready");
    assertThat(controller.run("wait", "--for", "stopped", "--timeout", "0", "lab1/web"))
        .isEqualTo(ExitCode.DEADLINE);
    assertThat(controller.err()).contains("lab1/web was not stopped within 0.0 s: it is ready");
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
  void execForScriptsPrintsItsOutcomeAlone() {
    onExec(chunk(1, "STDOUT", "out\n") + end(exit(7)));
    assertThat(controller.run("exec", "-o", "json", "lab1/web", "--", "true")).isEqualTo(7);
    assertThat(controller.out()).startsWith("{").contains("\"exitCode\" : 7").endsWith("}\n");
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

  private void onContainers() {
    onContainers("");
  }

  private void onContainers(String query) {
    var all =
        List.of(
            view("lab1", "db", "READY"),
            view("lab1", "web", "READY"),
            view("lab2", "web", "READY"));
    controller.on("GET containers" + query, 200, "{'containers':[" + String.join(",", all) + "]}");
  }

  private static String view(String host, String name, String status) {
    return ("{'host':'%s','container':{'name':'%s','status':'%s','addresses':[],'volume':'/v',"
            + "'limits':{},'unit':'u.service','managed':true}}")
        .formatted(host, name, status);
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
