package berth.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopCommandTest {
  private static final String ID = "019ab000-0000-7000-8000-000000000002";
  private static final String OTHER = "019ab000-0000-7000-8000-000000000003";
  private static final int PATIENCE_OF_LATER_ROUNDS = 1500;
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
  void theBusiestComesFirstAndWhatIsNotCountedIsADash() {
    controller
        .on("POST hosts/lab1/usage", 202, operation(ID, "RUNNING"))
        .on("GET operations/" + ID + "/output", 200, output("web"));
    assertThat(controller.run("top", "lab1", "--once")).isZero();
    assertThat(controller.requests.getFirst()).contains("\"interval\":\"PT2S\"", "\"samples\":1");
    var lines = controller.out().lines().map(line -> line.replaceAll(" +", " ")).toList();
    assertThat(lines)
        .containsExactly(
            "CONTAINER CPU MEMORY READ/s WRITE/s RX/s TX/s TASKS",
            "lab1/web 150.0% 1.0 MiB - - - - 7",
            "lab1/idle - - - - - - -");
  }

  @Test
  void onlyHostsThatAreOnlineAreAskedUnlessTheyAreNamed() {
    controller.on("GET hosts", 200, "{'hosts':[{'host':'lab1','status':'OFFLINE'}]}");
    assertThat(controller.run("top", "--once")).isEqualTo(ExitCode.BERTH);
    assertThat(controller.err()).contains("no host is online");
  }

  @Test
  void aHostThatIsSlowToBeginIsWaitedFor() throws Exception {
    var late = "GET operations/" + OTHER + "/output";
    var answer = new CountDownLatch(1);
    controller
        .on("POST hosts/lab1/usage", 202, operation(ID, "RUNNING"))
        .on("GET operations/" + ID + "/output", 200, output("web"))
        .on("POST hosts/lab2/usage", 202, operation(OTHER, "RUNNING"))
        .on(late, 200, output("shop"))
        .hold(late, answer);
    var ended = new CompletableFuture<Integer>();
    Thread.ofVirtual()
        .start(() ->
            ended.complete(controller.run("top", "--once", "--interval", "500ms", "lab1", "lab2")));
    assertThatThrownBy(() -> ended.get(PATIENCE_OF_LATER_ROUNDS, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    answer.countDown();
    assertThat(ended.get()).isZero();
    assertThat(controller.out()).contains("lab1/web", "lab2/shop");
  }

  @Test
  void aRefusalIsToldWithItsHost() {
    controller.on(
        "POST hosts/lab9/usage",
        404,
        "{'status':404,'code':'NOT_FOUND','detail':'unknown host lab9'}");
    assertThat(controller.run("top", "lab9", "--once")).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("top lab9: unknown host lab9");
  }

  private static String output(String busiest) {
    var sample =
        """
        {"at":"2026-11-23T10:00:00Z","containers":[{"name":"idle"},\
        {"name":"%s","cpus":1.5,"memory":1048576,"tasks":7}]}
        """
            .formatted(busiest);
    var data = Base64.getEncoder().encodeToString(sample.getBytes(StandardCharsets.UTF_8));
    return "{'kind':'output-chunk','sequence':1,'channel':'STDOUT','data':'%s'}%n".formatted(data)
        + "{'end':"
        + operation(ID, "SUCCEEDED")
        + "}\n";
  }

  private static String operation(String id, String state) {
    return "{'id':'%s','kind':'x','summary':'usage lab1','state':'%s','revision':1,"
            .formatted(id, state)
        + "'created':'2026-11-23T10:00:00Z','targets':[]}";
  }
}
