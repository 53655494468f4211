package berth.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.dispatch.ByReference;
import berth.agent.dispatch.FakeJob;
import berth.agent.dispatch.Performer;
import berth.agent.dispatch.Work;
import berth.protocol.ContainerName;
import berth.protocol.command.ProcessCommand;
import berth.protocol.command.ProcessCommand.ReadLogs;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExecVerticleTest {
  private static final int COMMANDS = 400;

  @Test
  void hundredsWaitAtOnceWithoutAThreadEach() throws Exception {
    var vertx = Vertx.vertx();
    try {
      ByReference.register(vertx.eventBus());
      var barrier = new CyclicBarrier(COMMANDS);
      Performer<ProcessCommand> waiting =
          (_, _) -> {
            barrier.await(20, TimeUnit.SECONDS);
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            return new Result.Done();
          };
      vertx.deployVerticle(new ExecVerticle(waiting), ExecVerticle.OPTIONS).await();
      var replies =
          IntStream.range(0, COMMANDS)
              .mapToObj(i -> new ReadLogs(new ContainerName("c" + i), 1, false))
              .map(command -> new Work<ProcessCommand>(command, new FakeJob()))
              .map(work -> vertx.eventBus().<Reply>request(ExecVerticle.ADDRESS, work))
              .toList();
      Future.all(replies).await(30, TimeUnit.SECONDS);
      assertThat(replies)
          .extracting(reply -> (Object) reply.result().body())
          .containsOnly(new Reply.Succeeded(new Result.Done()));
    } finally {
      vertx.close().await();
    }
  }
}
