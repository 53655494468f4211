package berth.agent.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.Command;
import berth.protocol.command.HostCommand;
import berth.protocol.command.ProcessCommand.ReadLogs;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkTest {
  private static final Command LOGS = new ReadLogs(new ContainerName("web"), 10, false);

  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    ByReference.register(vertx.eventBus());
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(20, TimeUnit.SECONDS);
  }

  @Test
  void aHostCommandReachesItsVerticleAndIsAnswered() throws Exception {
    var cancelled = new AtomicReference<CommandId>();
    deploy(new HostVerticle(cancelled::set, () -> {}, _ -> {}));
    var target = CommandId.next();
    assertThat(ask(HostVerticle.ADDRESS, new HostCommand.Cancel(target), new FakeJob()))
        .isEqualTo(new Reply.Succeeded(new Result.Done()));
    assertThat(cancelled).hasValue(target);
  }

  @Test
  void twoPiecesOfWorkAtOneAddressRunAtOnce() throws Exception {
    var both = new CountDownLatch(2);
    deployTaking((_, _) -> {
      both.countDown();
      assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();
      return new Result.Done();
    });
    var first = send("work", LOGS, new FakeJob());
    var second = send("work", LOGS, new FakeJob());
    assertThat(Future.all(first, second).await(10, TimeUnit.SECONDS).<Reply>list())
        .containsOnly(new Reply.Succeeded(new Result.Done()));
  }

  @Test
  void whatABerthExceptionTellsIsTheReply() throws Exception {
    var problem = new Problem(ProblemCode.NOT_FOUND, "no container web");
    deployTaking((_, _) -> {
      throw new BerthException(problem);
    });
    assertThat(ask("work", LOGS, new FakeJob())).isEqualTo(new Reply.Failed(problem));
  }

  @Test
  void anErrorOfAPerformerIsAnsweredAsInternal() throws Exception {
    deployTaking((_, _) -> {
      throw new StackOverflowError("deep");
    });
    var failed = (Reply.Failed) ask("work", LOGS, new FakeJob());
    assertThat(failed.problem().code()).isEqualTo(ProblemCode.INTERNAL);
  }

  @Test
  void whatMustNotRunTwiceIsOnlyCleanedUpAfterTheAgentDied() throws Exception {
    deployTaking((_, _) -> {
      throw new AssertionError("ran again");
    });
    var failed = (Reply.Failed) ask("work", LOGS, new FakeJob(2));
    assertThat(failed.problem().code()).isEqualTo(ProblemCode.INTERRUPTED);
  }

  private Reply ask(String address, Command command, Job job) throws Exception {
    return send(address, command, job).await(10, TimeUnit.SECONDS);
  }

  private Future<Reply> send(String address, Command command, Job job) {
    return vertx
        .eventBus()
        .<Reply>request(address, new Work<>(command, job))
        .map(answer -> answer.body());
  }

  private void deployTaking(Performer<Command> performer) throws Exception {
    deploy(
        new VerticleBase() {
          @Override
          public Future<?> start() {
            return Work.takeAt("work", vertx, performer);
          }
        });
  }

  private void deploy(VerticleBase verticle) throws Exception {
    var options =
        new DeploymentOptions()
            .setThreadingModel(ThreadingModel.WORKER)
            .setWorkerPoolName("work")
            .setWorkerPoolSize(2);
    vertx.deployVerticle(verticle, options).await(10, TimeUnit.SECONDS);
  }
}
