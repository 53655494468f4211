package berth.agent;

import static berth.agent.AgentIT.createContainer;
import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.command.Command;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import berth.protocol.state.Presence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent that is killed at each step of a command's way: whatever is accepted ends once, and what
 * must not run twice does not.
 */
class CrashIT {
  private static final Reply DONE = new Reply.Succeeded(new Result.Done());

  @TempDir Path folder;
  private FakeWorld world;
  private Mosquitto broker;
  private Proxy proxy;
  private FakeController controller;
  private AgentProcess agent;

  @BeforeEach
  void start() throws Exception {
    world = new FakeWorld(Files.createDirectory(folder.resolve("world")));
    broker = new Mosquitto(Files.createDirectory(folder.resolve("broker")));
    proxy = new Proxy(broker.port());
    controller = new FakeController(broker.port());
    agent = new AgentProcess(folder, proxy.port());
    awaitOnline();
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
    controller.close();
    proxy.close();
    broker.close();
  }

  @Test
  void killedBeforeTheBrokerHearsThatItHasTheCommand() {
    proxy.toBroker.shut();
    var once = controller.send(exec("true"));
    var repeatable = controller.send(createContainer("web"));
    Eventually.holds("both ran", () -> world.runs().size() == 2 && agent.idle());
    assertThat(controller.replies(once)).isEmpty();
    restart();
    assertThat(controller.outcome(once)).isEqualTo(ran());
    assertThat(controller.outcome(repeatable)).isEqualTo(DONE);
    assertThat(world.runs()).containsExactlyInAnyOrder(once + " true", repeatable + " web");
  }

  @Test
  void killedBeforeItHearsThatTheBrokerHasTheReply() {
    var id = controller.send(createContainer("wait-go"));
    Eventually.holds("accepted", () -> !controller.replies(id).isEmpty());
    proxy.toAgent.shut();
    world.release("go");
    assertThat(controller.outcome(id)).isEqualTo(DONE);
    restart();
    Eventually.holds("the reply comes again", () -> controller.outcomes(id).size() > 1);
    assertThat(controller.outcomes(id)).containsOnly(DONE);
    assertThat(world.runs()).hasSize(1);
  }

  @Test
  void killedInTheMiddleOfWhatMayRunAgain() {
    var id = controller.send(createContainer("wait-go"));
    var behind = controller.send(createContainer("wait-go"));
    Eventually.holds("both accepted", () -> !controller.replies(behind).isEmpty());
    agent.kill();
    world.release("go");
    agent.start();
    assertThat(controller.outcome(id)).isEqualTo(DONE);
    assertThat(controller.outcome(behind)).isEqualTo(DONE);
    assertThat(world.runs()).containsExactly(id + " wait-go", behind + " wait-go");
  }

  @Test
  void oneThatCanNotWorkOnItsHostEndsAndSaysWhy() {
    agent.kill();
    world.breakDown();
    agent.start();
    assertThat(agent.awaitEnd()).isEqualTo(1);
    assertThat(agent.log()).contains("the agent can't start", "the world is broken");
  }

  @Test
  void diesBeforeAndAfterTheWorkOfWhatMayRunAgain() {
    var before = controller.send(createContainer("die-before"));
    agent.awaitEnd();
    agent.start();
    assertThat(controller.outcome(before)).isEqualTo(DONE);
    var after = controller.send(createContainer("die-after"));
    agent.awaitEnd();
    agent.start();
    assertThat(controller.outcome(after)).isEqualTo(DONE);
    assertThat(world.runs())
        .containsExactly(before + " die-before", after + " die-after", after + " die-after");
  }

  @Test
  void killedInTheMiddleOfWhatMustNotRunAgain() {
    var id = controller.send(exec("die"));
    agent.awaitEnd();
    agent.start();
    var failed = (Reply.Failed) controller.outcome(id);
    assertThat(failed.problem().code()).isEqualTo(ProblemCode.INTERRUPTED);
    assertThat(world.runs()).containsExactly(id + " die");
  }

  @Test
  void killedAgainAndAgainWhileCommandsKeepComing() {
    var random = new Random(20261123);
    var once = new ArrayList<CommandId>();
    var repeatable = new ArrayList<CommandId>();
    for (int round = 0; round < 8; round++) {
      for (int i = 0; i < 15; i++) {
        once.add(controller.send(exec("true")));
        repeatable.add(controller.send(createContainer("web" + i)));
      }
      if (random.nextBoolean()) {
        awaitOnline();
      }
      java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(900) * 1_000_000L);
      agent.kill();
      agent.start();
    }
    repeatable.forEach(id -> assertThat(controller.outcome(id)).isEqualTo(DONE));
    once.forEach(id -> assertThat(controller.outcome(id)).isIn(ran(), interrupted(id)));
    assertThat(world.runs().stream().filter(run -> run.endsWith(" true"))).doesNotHaveDuplicates();
    controller.replies.stream()
        .filter(message -> message.reply().last())
        .forEach(m -> assertThat(controller.outcomes(m.command())).containsOnly(m.reply()));
  }

  @Test
  void aNewStartIsALaterEpochAndTheKilledOneIsOfflineMeanwhile() {
    var first = controller.presence().orElseThrow();
    agent.kill();
    Eventually.holds("its will", () -> status() == Presence.Status.OFFLINE);
    assertThat(controller.presence().orElseThrow().epoch()).isEqualTo(first.epoch());
    agent.start();
    awaitOnline();
    assertThat(controller.presence().orElseThrow().epoch()).isEqualTo(first.epoch() + 1);
    Eventually.holds(
        "its state",
        () -> controller.states.stream().anyMatch(s -> s.epoch() == first.epoch() + 1));
  }

  @Test
  void aSecondAgentOnItsFolderIsToldSoAndEnds() {
    try (var second = new AgentProcess(folder, proxy.port())) {
      assertThat(second.awaitEnd()).isEqualTo(1);
      assertThat(second.log()).contains("another agent is running on " + folder.resolve("state"));
    }
    assertThat(agent.alive()).isTrue();
  }

  @Test
  void anEndInGoodOrderLastsNoLongerThanItMust() {
    var began = System.nanoTime();
    assertThat(agent.terminate()).isEqualTo(143);
    assertThat((System.nanoTime() - began) / 1e9).isLessThan(15);
    Eventually.holds("offline", () -> status() == Presence.Status.OFFLINE);
  }

  /** Kills it with what is held back, and starts it again at an open proxy. */
  private void restart() {
    agent.kill();
    proxy.cut();
    proxy.toBroker.open();
    proxy.toAgent.open();
    agent.start();
  }

  private void awaitOnline() {
    Eventually.holds("online", () -> status() == Presence.Status.ONLINE);
  }

  private Presence.Status status() {
    return controller.presence().map(Presence::status).orElse(null);
  }

  private Reply interrupted(CommandId id) {
    return controller.outcomes(id).stream()
        .filter(reply ->
            reply instanceof Reply.Failed(var problem) && problem.code() == ProblemCode.INTERRUPTED)
        .findFirst()
        .orElse(null);
  }

  private static Reply ran() {
    return new Reply.Succeeded(
        new Result.ProcessResult(
            Optional.of(0),
            Optional.empty(),
            0,
            berth.protocol.Bytes.of("out"),
            berth.protocol.Bytes.of("")));
  }

  static Command exec(String program) {
    return new Exec(
        new ContainerName("web"),
        List.of(program),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        false);
  }
}
