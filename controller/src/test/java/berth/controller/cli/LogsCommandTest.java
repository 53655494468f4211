package berth.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogsCommandTest {
  private static final String COMMAND = "019ab000-0000-7000-8000-000000000001";
  private static final String WEB = "019ab000-0000-7000-8000-00000000000a";
  private static final String DB = "019ab000-0000-7000-8000-00000000000b";
  private static final String AGAIN = "019ab000-0000-7000-8000-00000000000c";
  private FakeController controller;

  @BeforeEach
  void start() throws IOException {
    controller = new FakeController();
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"logs", "logs lab1/web --since soon", "logs web", "logs lab1/web -n many"})
  void aWrongCommandLineIsUsageAndSendsNothing(String line) {
    assertThat(controller.run(line.split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(controller.requests).isEmpty();
  }

  @Test
  void aCursorIsAPlaceInOneJournal() {
    var status = controller.run("logs", "lab1/web", "lab2/db", "--after-cursor", "s=1;i=2");
    assertThat(status).isEqualTo(ExitCode.USAGE);
    assertThat(controller.err()).contains("one journal only");
    assertThat(controller.requests).isEmpty();
  }

  @Test
  void whatIsAskedForIsSent() {
    answer("lab1", "web", WEB, end(WEB, ""));
    controller.run(
        "logs",
        "lab1/web",
        "-u",
        "a",
        "-u",
        "b.socket",
        "-p",
        "err",
        "--grep",
        "-x",
        "--since",
        "2026-11-24T10:00:00Z");
    assertThat(controller.requests.getFirst())
        .contains("\"units\":[\"a\",\"b.socket\"]", "\"priority\":\"err\"", "\"grep\":\"-x\"")
        .contains("\"since\":\"2026-11-24T10:00:00Z\"", "\"follow\":false")
        .doesNotContain("lines");
  }

  @Test
  void entriesArePrintedAsJournalctlDoesAndTheLastOnesPlaceWhereAskedFor() {
    answer("lab1", "web", WEB, chunk(1, entry(1, "one") + entry(2, "two")) + end(WEB, ""));
    assertThat(controller.run("logs", "lab1/web", "--show-cursor")).isZero();
    assertThat(controller.out().lines())
        .satisfiesExactly(
            line -> assertThat(line).endsWith(" web sh[7]: one"),
            line -> assertThat(line).endsWith(" web sh[7]: two"),
            line -> assertThat(line).isEqualTo("-- cursor: s=1;i=2"));
  }

  @Test
  void severalJournalsAreOneInTheOrderOfTime() {
    answer("lab1", "web", WEB, chunk(1, entry(1, "one") + entry(4, "four")) + end(WEB, ""));
    answer("lab2", "db", DB, chunk(1, entry(2, "two") + entry(3, "three")) + end(DB, ""));
    assertThat(controller.run("logs", "lab1/web", "lab2/db")).isZero();
    assertThat(controller.out().lines().map(line -> line.replaceAll(" \\|.*: ", " ")))
        .containsExactly("lab1/web one", "lab2/db  two", "lab2/db  three", "lab1/web four");
  }

  @Test
  void aScriptIsToldWhoseAnEntryIs() {
    answer("lab1", "web", WEB, chunk(1, entry(1, "one")) + end(WEB, ""));
    assertThat(controller.run("logs", "lab1/web", "-o", "json")).isZero();
    assertThat(controller.out()).contains("\"__BERTH_CONTAINER\":\"lab1/web\"");
  }

  @Test
  void whereItWasCutOffItGoesOnBehindTheLastWholeEntry() {
    var cut = entry(3, "three").substring(0, 20);
    controller.once("POST hosts/lab1/containers/web/logs", 202, operation(WEB, "RUNNING", ""));
    controller.on("GET operations/" + WEB + "/output", 200, chunk(1, entry(2, "two") + cut));
    answer("lab1", "web", AGAIN, chunk(1, entry(3, "three")) + end(AGAIN, ""));
    assertThat(controller.run("logs", "lab1/web", "--since", "today")).isZero();
    assertThat(controller.out().lines().map(line -> line.replaceAll(".*: ", "")))
        .containsExactly("two", "three");
    assertThat(controller.requests)
        .filteredOn(request -> request.startsWith("POST"))
        .last()
        .asString()
        .contains("\"after\":\"s=1;i=2\"")
        .doesNotContain("since", "lines");
    assertThat(controller.err()).contains("going on");
  }

  @Test
  void anAgentThatWasKilledIsNoEndEither() {
    controller.once("POST hosts/lab1/containers/web/logs", 202, operation(WEB, "RUNNING", ""));
    controller.on(
        "GET operations/" + WEB + "/output",
        200,
        chunk(1, entry(2, "two"))
            + end(WEB, ",'problem':{'code':'INTERRUPTED','message':'the agent stopped'}"));
    answer("lab1", "web", AGAIN, chunk(1, entry(3, "three")) + end(AGAIN, ""));
    assertThat(controller.run("logs", "lab1/web", "-f")).isZero();
    assertThat(controller.out()).contains(": two\n", ": three\n");
  }

  @Test
  void aContainerThatFailedIsTold() {
    answer("lab1", "web", WEB, end(WEB, ""));
    controller.on(
        "GET hosts/lab1/containers/web",
        200,
        "{'host':'lab1','container':{'name':'web','status':'FAILED','volume':'/v','unit':'u',"
            + "'managed':true,'reason':'no init'}}");
    assertThat(controller.run("logs", "lab1/web")).isZero();
    assertThat(controller.err()).contains("failed: no init", "berth logs --host-unit lab1/web");
  }

  private void answer(String host, String container, String id, String output) {
    controller
        .on(
            "POST hosts/" + host + "/containers/" + container + "/logs",
            202,
            operation(id, "RUNNING", ""))
        .on("GET operations/" + id + "/output", 200, output);
  }

  private static String entry(int number, String message) {
    return """
    {"__CURSOR":"s=1;i=%d","__REALTIME_TIMESTAMP":"%d","_HOSTNAME":"web",\
    "SYSLOG_IDENTIFIER":"sh","_PID":"7","MESSAGE":"%s"}
    """
        .formatted(number, 1_764_000_000_000_000L + number, message);
  }

  private static String chunk(int sequence, String text) {
    var data = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    return "{'kind':'output-chunk','sequence':%d,'channel':'STDOUT','data':'%s'}%n"
        .formatted(sequence, data);
  }

  private static String end(String id, String problem) {
    return "{'end':" + operation(id, problem.isEmpty() ? "SUCCEEDED" : "FAILED", problem) + "}\n";
  }

  private static String operation(String id, String state, String rest) {
    return ("{'id':'%s','kind':'x','summary':'logs lab1/web','state':'%s','revision':1,"
            + "'created':'2026-11-23T10:00:00Z','targets':[{'command':'%s','host':'lab1',"
            + "'container':'web','state':'%s','deadline':'2026-11-23T10:10:00Z',"
            + "'hostOnline':true%s}]}")
        .formatted(id, state, COMMAND, state.equals("RUNNING") ? "SENT" : state, rest);
  }
}
