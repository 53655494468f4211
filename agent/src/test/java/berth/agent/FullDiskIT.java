package berth.agent;

import static berth.agent.AgentIT.createContainer;
import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.CommandId;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import berth.protocol.state.Presence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal on a file system of its own that fills up: what can't be kept is not taken. */
class FullDiskIT {
  private static final Reply DONE = new Reply.Succeeded(new Result.Done());

  @TempDir Path folder;
  private Path state;
  private FakeWorld world;
  private Mosquitto broker;
  private FakeController controller;
  private AgentProcess agent;

  @BeforeEach
  void start() throws Exception {
    state = Files.createDirectory(folder.resolve("state"));
    run("mount", "-t", "tmpfs", "-o", "size=2M,mode=0700", "berth-test", state.toString());
    world = new FakeWorld(Files.createDirectory(folder.resolve("world")));
    broker = new Mosquitto(Files.createDirectory(folder.resolve("broker")));
    controller = new FakeController(broker.port());
    agent = new AgentProcess(folder, broker.port());
    Eventually.holds(
        "online",
        () -> controller.presence().filter(p -> p.status() == Presence.Status.ONLINE).isPresent());
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
    controller.close();
    broker.close();
    run("umount", state.toString());
  }

  @Test
  void aCommandIsNotTakenWhileTheDiskIsFullAndIsWhenThereIsRoomAgain() throws Exception {
    var id = sendToFullDisk();
    Files.delete(ballast());
    assertThat(controller.outcome(id)).isEqualTo(DONE);
    Eventually.holds("healthy again", () -> agent.get("/healthz").statusCode() == 200);
    assertThat(world.runs()).containsExactly(id + " web");
  }

  @Test
  void aCommandThatWasNotTakenComesAgainAfterAKill() throws Exception {
    var id = sendToFullDisk();
    agent.kill();
    Files.delete(ballast());
    agent.start();
    assertThat(controller.outcome(id)).isEqualTo(DONE);
    assertThat(world.runs()).containsExactly(id + " web");
  }

  @Test
  void workThatEndsWhileTheDiskIsFullIsAnsweredWhenThereIsRoomAgain() throws Exception {
    var id = controller.send(createContainer("wait-go"));
    Eventually.holds("accepted", () -> !controller.replies(id).isEmpty());
    fill();
    world.release("go");
    Eventually.holds("it ran", () -> world.runs().size() == 1);
    Eventually.holds("unhealthy", () -> agent.get("/healthz").statusCode() == 503);
    assertThat(controller.outcomes(id)).isEmpty();
    Files.delete(ballast());
    assertThat(controller.outcome(id)).isEqualTo(DONE);
    assertThat(world.runs()).hasSize(1);
  }

  private CommandId sendToFullDisk() throws IOException {
    fill();
    var id = controller.send(createContainer("web"));
    Eventually.holds("unhealthy", () -> agent.get("/healthz").statusCode() == 503);
    assertThat(agent.get("/healthz").body()).contains("journal.mv can't be written");
    assertThat(agent.get("/metrics").body())
        .contains("berth_agent_messages_total{verdict=\"journal_failed\"}")
        .contains("berth_agent_journal_writable 0.0");
    assertThat(controller.replies(id)).isEmpty();
    assertThat(world.runs()).isEmpty();
    return id;
  }

  private void fill() throws IOException {
    try (var out = Files.newOutputStream(ballast())) {
      while (true) {
        out.write(new byte[512]);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  private Path ballast() {
    return state.resolve("ballast");
  }

  private static void run(String... argv) throws Exception {
    var process = new ProcessBuilder(argv).inheritIO().start();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
