package berth.controller;

import static berth.controller.CoreFixture.LAB1;
import static berth.controller.CoreFixture.WEB;
import static berth.controller.CoreFixture.container;
import static berth.controller.CoreFixture.state;
import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.model.OperationView;
import berth.controller.model.TargetView;
import berth.protocol.Bytes;
import berth.protocol.Envelope;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.event.Event.ContainerStarted;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result.Done;
import berth.protocol.reply.Result.ProcessResult;
import berth.protocol.state.ContainerState.Status;
import berth.protocol.stream.Input.OutputCredit;
import berth.protocol.stream.Output;
import berth.protocol.stream.Output.Channel;
import berth.protocol.stream.Output.OutputChunk;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole controller, broker and database included, that is killed and started again. */
class ControllerIT {
  private static final String START = "/api/v1/hosts/lab1/containers/web/start";
  private static final Reply DONE = new Reply.Succeeded(new Done());

  @TempDir Path folder;
  private ControllerProcess controller;

  @BeforeEach
  void prepare() {
    controller = new ControllerProcess(folder);
  }

  @AfterEach
  void close() throws Exception {
    controller.close();
  }

  @Test
  void anOperationSurvivesTheDeathOfTheControllerInItsMiddle() throws Exception {
    controller.start();
    try (var agent = agent(1)) {
      var running = controller.post(START, "{}");
      var command = agent.command();
      agent.reply(command, new Reply.Accepted());
      reached(running, TargetView.State.ACCEPTED);

      controller.kill9();
      agent.reply(command, DONE);
      agent.reply(command, DONE);
      controller.start();

      assertThat(controller.ended(running).state()).isEqualTo(OperationView.State.SUCCEEDED);
      assertThat(events()).filteredOn("operation-finished"::equals).hasSize(1);
      var next = controller.post(START, "{}");
      assertThat(agent.command().operation()).isEqualTo(next.id());
    }
  }

  @Test
  void aCommandForAHostThatIsAwayOutlivesTheBroker() throws Exception {
    controller.start();
    agent(1).close();
    var waiting = controller.post(START, "{}");
    reached(waiting, TargetView.State.SENT);

    controller.kill9();
    controller.start();

    try (var agent = agent(2)) {
      var command = agent.command();
      assertThat(command.command()).isInstanceOf(StartContainer.class);
      assertThat(command.operation()).isEqualTo(waiting.id());
      agent.reply(command, DONE);
      assertThat(controller.ended(waiting).state()).isEqualTo(OperationView.State.SUCCEEDED);
    }
  }

  @Test
  void whatWasOnlyWrittenDownIsSentByTheNextController() throws Exception {
    controller.start();
    agent(1).close();
    awaitEvent("host-online"); // it is told once the host is on disk, and shown before
    controller.kill9();
    controller.start("--broker", "mqtt://127.0.0.1:" + controller.mqttPort);
    var queued = controller.post(START, "{}");
    assertThat(queued.targets().getFirst().state()).isEqualTo(TargetView.State.QUEUED);

    controller.kill9();
    controller.start();

    try (var agent = agent(2)) {
      agent.reply(agent.command(), DONE);
      assertThat(controller.ended(queued).state()).isEqualTo(OperationView.State.SUCCEEDED);
    }
  }

  @Test
  void aHostThatDiesIsOfflineAndStaysSoForTheNextController() throws Exception {
    controller.start();
    agent(1).die();
    awaitEvent("host-offline");
    assertThat(status()).isEqualTo("OFFLINE");

    var second = agent(2);
    awaitEvent("host-online");
    controller.kill9();
    second.die();
    controller.start();

    assertThat(status()).isEqualTo("OFFLINE");
  }

  @Test
  void aGapInTheEventsHasTheStateReported() throws Exception {
    controller.start();
    try (var agent = agent(1)) {
      agent.state(state(LAB1, 1, 0));

      agent.event(7, new ContainerStarted(container(WEB, Status.RUNNING)));

      agent.awaitRequestForState();
      agent.state(state(LAB1, 1, 7, container(WEB, Status.RUNNING)));
      await(() -> containers().equals(List.of("web RUNNING")));
      awaitEvent("container-started");
    }
  }

  @Test
  void muchOutputToASlowReaderArrivesWholeInLittleMemory() throws Exception {
    controller.start();
    try (var agent = agent(1)) {
      var running =
          controller.post(
              "/api/v1/hosts/lab1/containers/web/exec", "{\"argv\":[\"cat\"],\"stream\":true}");
      var command = agent.command();
      assertThat(command.command()).isInstanceOf(Exec.class);
      var sent = new AtomicLong();
      var writer = Thread.ofVirtual().start(() -> write(agent, command, 3_000, sent));
      try (var lines = controller.lines("/api/v1/operations/" + running.id() + "/output")) {
        awaitStill(sent);
        assertThat(sent).hasValueLessThan(1_000);

        var end = readAll(lines, 3_000);

        assertThat(end.path("end").path("state").asText()).isEqualTo("SUCCEEDED");
      }
      writer.join();
    }
  }

  @Test
  void itEndsInGoodOrderWhenAskedAndAFolderHasOneController() throws Exception {
    controller.start();
    var first = Files.readString(controller.log());
    var second = controller.launch("--mqtt", "127.0.0.1:" + controller.mqttPort);
    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    assertThat(Files.readString(controller.log()))
        .contains("another controller uses the data folder")
        .contains("(process " + controller.process().pid() + ")")
        .doesNotContain("\tat ");
    assertThat(first).contains("ready: ");

    controller.process().destroy();

    assertThat(controller.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
    controller.start();
    assertThat(controller.get("/api/v1/hosts").path("hosts")).isEmpty();
  }

  /** Writes so many chunks of 64 KiB as far as credit allows, and then ends. */
  private static void write(TestAgent agent, Envelope command, int chunks, AtomicLong sent) {
    try {
      var allowed = (long) Output.INITIAL_CREDIT;
      var data = Bytes.of(new byte[Output.CHUNK_BYTES]);
      for (var number = 1L; number <= chunks; number++) {
        while (number > allowed) {
          allowed = Math.max(allowed, ((OutputCredit) agent.input()).through());
        }
        CoreFixture.await(
            agent.output(command.id(), new OutputChunk(number, Channel.STDOUT, data)));
        sent.set(number);
      }
      var tail = Bytes.of("");
      agent.reply(
          command,
          new Reply.Succeeded(
              new ProcessResult(Optional.of(0), Optional.empty(), chunks, tail, tail)));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns once a number that has begun to grow has not grown for a second. */
  private static void awaitStill(AtomicLong number) throws IOException, InterruptedException {
    var seen = new AtomicLong();
    var since = new AtomicLong();
    await(() -> {
      var now = System.nanoTime();
      if (number.get() == 0 || seen.getAndSet(number.get()) != number.get()) {
        since.set(now);
      }
      return now - since.get() > TimeUnit.SECONDS.toNanos(1);
    });
  }

  private static JsonNode readAll(InputStream from, int chunks) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8));
    for (var expected = 1; expected <= chunks; expected++) {
      var chunk = Wire.json().readTree(lines.readLine());
      assertThat(chunk.path("sequence").asInt()).isEqualTo(expected);
    }
    return Wire.json().readTree(lines.readLine());
  }

  private TestAgent agent(long epoch) throws IOException, InterruptedException {
    var agent = new TestAgent(LAB1, controller.mqttPort, epoch);
    agent.connect();
    awaitHost();
    return agent;
  }

  private void awaitHost() throws IOException, InterruptedException {
    await(() ->
        controller.get("/api/v1/hosts").path("hosts").size() == 1 && status().equals("ONLINE"));
  }

  private void awaitEvent(String kind) throws IOException, InterruptedException {
    await(() -> events().contains(kind));
  }

  private OperationView reached(OperationView operation, TargetView.State state)
      throws IOException, InterruptedException {
    var view = operation;
    while (view.targets().getFirst().state() != state) {
      view = controller.changed(view);
    }
    return view;
  }

  /** What the API tells is asked for again until it holds, for a minute at most. */
  private static void await(Condition condition) throws IOException, InterruptedException {
    var end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private String status() throws IOException, InterruptedException {
    return controller.get("/api/v1/hosts/lab1").path("status").asText();
  }

  private List<String> containers() throws IOException, InterruptedException {
    var found = new ArrayList<String>();
    for (var view : controller.get("/api/v1/containers").path("containers")) {
      var container = view.path("container");
      found.add(container.path("name").asText() + " " + container.path("status").asText());
    }
    return found;
  }

  private List<String> events() throws IOException, InterruptedException {
    var kinds = new ArrayList<String>();
    controller
        .get("/api/v1/events")
        .path("events")
        .forEach(e -> kinds.add(e.path("kind").asText()));
    return kinds;
  }
}
