package berth.agent;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.metrics.MetricsPage;
import berth.protocol.Bytes;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.command.Command;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.HostCommand.Cancel;
import berth.protocol.command.HostCommand.ReportState;
import berth.protocol.event.Event;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import berth.protocol.state.HostState;
import berth.protocol.state.Presence;
import berth.protocol.stream.Input;
import berth.protocol.stream.Output;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent, with fake workers, at a real broker. */
class AgentIT {
  private static final Reply DONE = new Reply.Succeeded(new Result.Done());

  @TempDir Path folder;
  private FakeWorld world;
  private Mosquitto broker;
  private FakeController controller;
  private RunningAgent agent;

  @BeforeEach
  void start() throws Exception {
    world = new FakeWorld(Files.createDirectory(folder.resolve("world")));
    broker = new Mosquitto(Files.createDirectory(folder.resolve("broker")));
    controller = new FakeController(broker.port());
    agent = new RunningAgent(broker.port(), folder, world);
    Eventually.holds("online", () -> status() == Presence.Status.ONLINE);
  }

  @AfterEach
  void stop() {
    if (agent != null) {
      agent.close();
    }
    controller.close();
    broker.close();
  }

  @Test
  void aCommandIsAcceptedThenDoneAndItsEventComesBeforeItsOutcome() {
    var id = controller.send(createContainer("web"));
    assertThat(controller.outcome(id)).isEqualTo(DONE);
    assertThat(controller.replies(id)).containsExactly(new Reply.Accepted(), DONE);
    var created = controller.events.getFirst();
    assertThat(created.sequence()).isEqualTo(1);
    assertThat(created.event()).isInstanceOf(Event.ContainerCreated.class);
    assertThat(controller.all.indexOf(created)).isLessThan(indexOfOutcome());
  }

  @Test
  void aCommandDeliveredTwiceRunsOnceAndItsReplyComesAgain() {
    var envelope = FakeController.envelope(createContainer("web"));
    controller.send(envelope);
    controller.outcome(envelope.id());
    controller.send(envelope);
    Eventually.holds("the reply comes again", () -> controller.outcomes(envelope.id()).size() == 2);
    assertThat(controller.outcomes(envelope.id())).containsExactly(DONE, DONE);
    assertThat(world.runs()).hasSize(1);
  }

  @Test
  void aCommandDeliveredAgainWhileItRunsIsOnlyAcceptedAgain() {
    var envelope = FakeController.envelope(createContainer("wait-go"));
    controller.send(envelope);
    controller.send(envelope);
    Eventually.holds(
        "accepted twice",
        () ->
            controller.replies(envelope.id()).stream()
                    .filter(Reply.Accepted.class::isInstance)
                    .count()
                == 2);
    world.release("go");
    assertThat(controller.outcome(envelope.id())).isEqualTo(DONE);
    assertThat(world.runs()).hasSize(1);
  }

  @Test
  void whatCannotBeRunIsAnsweredWithTheReason() {
    var expired = FakeController.envelope(createContainer("web"), Instant.now().minusSeconds(1));
    controller.send(expired);
    assertThat(problem(controller.outcome(expired.id()))).isEqualTo(ProblemCode.EXPIRED);
    assertThat(refusal("\"kind\":\"create-container\"", "\"kind\":\"juggle\""))
        .isEqualTo(ProblemCode.UNSUPPORTED);
    assertThat(refusal("\"web\"", "\"../web\"")).isEqualTo(ProblemCode.INVALID);
    assertThat(refusal("\"host\":\"lab1\"", "\"host\":\"lab2\"")).isEqualTo(ProblemCode.INVALID);
    assertThat(world.runs()).isEmpty();
  }

  @Test
  void aMessageThatIsNoCommandIsCountedAndDoesNotBlockOthers() throws Exception {
    controller.sendBytes("{".getBytes(StandardCharsets.UTF_8));
    controller.sendBytes(new byte[0]);
    assertThat(controller.outcome(controller.send(createContainer("web")))).isEqualTo(DONE);
    assertThat(Http.get(agent.config.http(), "/metrics", "text/plain").body())
        .contains("berth_agent_messages_total{verdict=\"unreadable\"} 2.0")
        .contains(
            "berth_agent_commands_total{kind=\"create-container\",outcome=\"succeeded\"} 1.0");
  }

  @Test
  void commandsForOneContainerRunInOrderAndForOthersMeanwhile() {
    var first = controller.send(createContainer("wait-go"));
    var second = controller.send(new RemoveContainer(new ContainerName("wait-go"), true));
    var other = controller.send(createContainer("web"));
    assertThat(controller.outcome(other)).isEqualTo(DONE);
    assertThat(controller.outcomes(first)).isEmpty();
    world.release("go");
    assertThat(controller.outcome(second)).isEqualTo(DONE);
    assertThat(world.runs())
        .containsExactly(other + " web", first + " wait-go", second + " wait-go");
  }

  @Test
  void cancelEndsWhatRunsWhatWaitsAndLetsBeWhatHasEnded() {
    var running = controller.send(createContainer("wait-never"));
    var waiting = controller.send(createContainer("wait-never"));
    assertThat(controller.outcome(controller.send(new Cancel(waiting)))).isEqualTo(DONE);
    assertThat(problem(controller.outcome(waiting))).isEqualTo(ProblemCode.CANCELLED);
    assertThat(controller.outcome(controller.send(new Cancel(running)))).isEqualTo(DONE);
    assertThat(problem(controller.outcome(running))).isEqualTo(ProblemCode.CANCELLED);
    assertThat(controller.outcome(controller.send(new Cancel(running)))).isEqualTo(DONE);
    assertThat(controller.outcomes(running)).hasSize(1);
    assertThat(world.runs()).isEmpty();
  }

  @Test
  void aDefectOfAFeatureIsAnsweredAsInternal() {
    var id = controller.send(createContainer("defect"));
    assertThat(problem(controller.outcome(id))).isEqualTo(ProblemCode.INTERNAL);
  }

  @Test
  void theRetainedStateFollowsTheEventsAndCarriesTheNumberOfTheNewest() {
    Eventually.holds("the first state", () -> !controller.states.isEmpty());
    assertThat(controller.states.getFirst().containers()).isEmpty();
    controller.outcome(controller.send(createContainer("web")));
    controller.outcome(controller.send(createContainer("db")));
    Eventually.holds("the state after both", () -> newestState().sequence() == 2);
    assertThat(newestState().containers()).extracting(c -> c.name().value()).contains("db", "web");
    assertThat(newestState().facts().systemd()).isEqualTo("257");
    var before = controller.states.size();
    assertThat(controller.outcome(controller.send(new ReportState()))).isEqualTo(DONE);
    Eventually.holds("a state when asked", () -> controller.states.size() > before);
  }

  @Test
  void presenceIsOnlineWhileConnectedAndOfflineAfterAnEndInGoodOrder() {
    var online = controller.presence().orElseThrow();
    agent.close();
    agent = null;
    Eventually.holds("offline", () -> status() == Presence.Status.OFFLINE);
    var offline = controller.presence().orElseThrow();
    assertThat(offline.notOlderThan(online)).isTrue();
    assertThat(offline.epoch()).isEqualTo(online.epoch());
    agent = new RunningAgent(broker.port(), folder, world);
    Eventually.holds("online again", () -> status() == Presence.Status.ONLINE);
    assertThat(controller.presence().orElseThrow().epoch()).isEqualTo(online.epoch() + 1);
  }

  @Test
  void whatEndsWhileTheBrokerIsAwayIsToldWhenItIsBack() {
    var before = controller.presence().orElseThrow();
    var id = controller.send(createContainer("wait-go"));
    Eventually.holds("accepted", () -> !controller.replies(id).isEmpty());
    broker.stop();
    world.release("go");
    Eventually.holds("it ran", () -> world.runs().size() == 1);
    broker.start();
    assertThat(controller.outcome(id)).isEqualTo(DONE);
    Eventually.holds(
        "a later connection",
        () -> controller.presence().orElseThrow().connection() > before.connection());
    assertThat(status()).isEqualTo(Presence.Status.ONLINE);
  }

  @Test
  void anEndInGoodOrderLeavesWhatWaitsToTheNextStart() {
    var running = controller.send(createContainer("wait-go"));
    var waiting = controller.send(createContainer("wait-go"));
    Eventually.holds("both accepted", () -> !controller.replies(waiting).isEmpty());
    world.release("go");
    agent.close();
    assertThat(controller.outcome(running)).isEqualTo(DONE);
    agent = new RunningAgent(broker.port(), folder, world);
    assertThat(controller.outcome(waiting)).isEqualTo(DONE);
    assertThat(world.runs()).hasSize(2);
  }

  @Test
  void healthIsGreenAndTellsWhetherTheBrokerIsThere() throws Exception {
    var response = Http.get(agent.config.http(), "/healthz", "*/*");
    assertThat(response.statusCode()).isEqualTo(200);
    var report = Wire.json().readTree(response.body());
    assertThat(report.get("healthy").asBoolean()).isTrue();
    assertThat(report.get("facts").get("connected").asBoolean()).isTrue();
  }

  @Test
  void metricsAreCleanForPromtoolAndReachTheController() throws Exception {
    controller.outcome(controller.send(createContainer("web")));
    var page = Http.get(agent.config.http(), "/metrics", "text/plain");
    assertThat(page.headers().firstValue("content-type")).hasValue(MetricsPage.TEXT);
    assertThat(page.body())
        .contains("berth_agent_connected 1.0")
        .contains("berth_container_state{container=\"web\",state=\"stopped\"} 1.0")
        .contains("berth_pool_size_bytes{layout=\"directory\",pool=\"default\"}")
        .contains("berth_pool_metadata_ratio{layout=\"directory\",pool=\"default\"} 0.2")
        .contains("process_resident_memory_bytes");
    assertThat(Promtool.complaints(page.body())).isEmpty();
    var open = Http.get(agent.config.http(), "/metrics", "application/openmetrics-text");
    assertThat(open.headers().firstValue("content-type")).hasValue(MetricsPage.OPEN_METRICS);
    assertThat(open.body()).endsWith("# EOF\n");
    Eventually.holds("a sample at the controller", () -> !controller.metrics.isEmpty());
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(controller.metrics.getLast()))) {
      assertThat(new String(gzip.readAllBytes(), StandardCharsets.UTF_8))
          .contains("berth_agent_connected 1.0")
          .endsWith("# EOF\n");
    }
  }

  @Test
  void outputAndInputOfAProgramPassInOrderAlsoWhenTheBrokerGoesAway() {
    var id = controller.send(CrashIT.exec("talk"));
    Eventually.holds("half of it", () -> controller.outputs.size() == 10);
    broker.stop();
    world.release("more");
    broker.start();
    Eventually.holds("all of it", () -> sequences().size() == 20);
    assertThat(sequences())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 20).boxed().toList());
    controller.input(id, new Input.StdinChunk(1, Bytes.of("to ")));
    controller.input(id, new Input.StdinChunk(2, Bytes.of("be")));
    controller.input(id, new Input.StdinEnd(3));
    var succeeded = (Reply.Succeeded) controller.outcome(id);
    var result = (Result.ProcessResult) succeeded.result();
    assertThat(result.stdout().text()).isEqualTo("to be");
    assertThat(result.chunks()).isEqualTo(20);
  }

  /** Without those that came a second time, which a reader knows by their numbers. */
  private List<Long> sequences() {
    return controller.outputs.stream()
        .map(output -> ((Output.OutputChunk) output).sequence())
        .distinct()
        .toList();
  }

  private int indexOfOutcome() {
    return controller.all.indexOf(
        controller.replies.stream().filter(m -> m.reply().last()).findFirst().orElseThrow());
  }

  private HostState newestState() {
    return controller.states.getLast();
  }

  private Presence.Status status() {
    return controller.presence().map(Presence::status).orElse(null);
  }

  private ProblemCode refusal(String good, String bad) {
    var envelope = FakeController.envelope(createContainer("web"));
    var json = new String(Wire.write(envelope), StandardCharsets.UTF_8);
    assertThat(json).contains(good);
    controller.sendBytes(json.replace(good, bad).getBytes(StandardCharsets.UTF_8));
    return problem(controller.outcome(envelope.id()));
  }

  private static ProblemCode problem(Reply reply) {
    return ((Reply.Failed) reply).problem().code();
  }

  static Command createContainer(String name) {
    return new CreateContainer(
        new ContainerName(name),
        new berth.protocol.ImageName("debian-13"),
        Optional.empty(),
        Optional.empty());
  }
}
