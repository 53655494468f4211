package berth.agent.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.Eventually;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.ProblemCode;
import berth.protocol.command.Command;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.CloneContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DispatcherTest {
  private static final Instant NOW = Instant.parse("2026-11-23T18:00:00Z");

  private record Ended(CommandId id, Reply reply) {}

  private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> began = new LinkedBlockingQueue<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger failing = new AtomicInteger();
  private Vertx vertx;
  private Dispatcher dispatcher;

  @BeforeEach
  void start() throws Exception {
    vertx = Vertx.vertx();
    ByReference.register(vertx.eventBus());
    dispatcher = new Dispatcher(vertx, DispatcherTest::route, new Kept(), InstantSource.fixed(NOW));
    deploy();
  }

  @AfterEach
  void stop() throws Exception {
    gate.countDown();
    vertx.close().await(20, TimeUnit.SECONDS);
  }

  @Test
  void oneLaneRunsInOrderWhileAnotherGoesOn() throws Exception {
    var first = accept("slow");
    var second = accept("slow");
    var other = accept("quick");
    assertThat(next()).isEqualTo(done(other));
    gate.countDown();
    assertThat(List.of(next(), next())).containsExactly(done(first), done(second));
  }

  @Test
  void whatWaitedPastItsDeadlineExpires() throws Exception {
    var late = envelope("quick", NOW.minusSeconds(1));
    dispatcher.accept(new Accepted(late, NOW.minusSeconds(60), 1));
    assertThat(code(next())).isEqualTo(ProblemCode.EXPIRED);
    assertThat(began).isEmpty();
  }

  @Test
  void whatHadBegunBeforeACrashGoesOnPastItsDeadline() throws Exception {
    var late = envelope("quick", NOW.minusSeconds(1));
    dispatcher.accept(new Accepted(late, NOW.minusSeconds(60), 2));
    assertThat(next()).isEqualTo(done(late.id()));
  }

  @Test
  void whatKilledTheAgentTooOftenIsNotTriedAgain() throws Exception {
    dispatcher.accept(new Accepted(envelope("quick", NOW), NOW, 6));
    assertThat(code(next())).isEqualTo(ProblemCode.INTERRUPTED);
    assertThat(began).isEmpty();
  }

  @Test
  void aCommandThatWaitsIsCancelledAtOnceAndTheNextInItsLaneStillRuns() throws Exception {
    var first = accept("slow");
    var second = accept("slow");
    var third = accept("slow");
    assertThat(began.poll(10, TimeUnit.SECONDS)).isEqualTo("slow");
    dispatcher.cancel(second);
    var cancelled = next();
    assertThat(cancelled.id()).isEqualTo(second);
    assertThat(code(cancelled)).isEqualTo(ProblemCode.CANCELLED);
    gate.countDown();
    assertThat(List.of(next(), next())).containsExactly(done(first), done(third));
  }

  @Test
  void whatIsAboutTwoThingsWaitsForBothAndBothWaitForIt() throws Exception {
    var slow = accept("slow");
    var free = accept("free");
    assertThat(next()).isEqualTo(done(free));
    var clone = accept(new CloneContainer(new ContainerName("free"), new ContainerName("slow")));
    var behind = accept("free");
    var behindToo = accept("slow");
    gate.countDown();
    assertThat(List.of(next(), next())).containsExactly(done(slow), done(clone));
    assertThat(List.of(next(), next())).containsExactlyInAnyOrder(done(behind), done(behindToo));
  }

  @Test
  void oneThatIsCancelledWhileItWaitsForTwoHoldsUpNeither() throws Exception {
    var slow = accept("slow");
    var clone = accept(new CloneContainer(new ContainerName("free"), new ContainerName("slow")));
    var behind = accept("free");
    Eventually.holds("all have come in", () -> dispatcher.size() == 3);
    dispatcher.cancel(clone);
    assertThat(code(next())).isEqualTo(ProblemCode.CANCELLED);
    assertThat(next()).isEqualTo(done(behind));
    gate.countDown();
    assertThat(next()).isEqualTo(done(slow));
  }

  @Test
  void aLastReplyThatCannotBeKeptIsTriedAgainAndHoldsUpItsLane() throws Exception {
    failing.set(1);
    var first = accept("quick");
    var second = accept("quick");
    assertThat(List.of(next(), next())).containsExactly(done(first), done(second));
    assertThat(failing).hasValue(-1);
  }

  @Test
  void aCommandWithoutAVerticleIsAnsweredAsInternal() throws Exception {
    accept("nowhere");
    assertThat(code(next())).isEqualTo(ProblemCode.INTERNAL);
  }

  @Test
  void anEndWaitsForWhatRunsAndBeginsNothing() throws Exception {
    var running = accept("slow");
    accept("slow");
    assertThat(began.poll(10, TimeUnit.SECONDS)).isEqualTo("slow");
    var quiet = dispatcher.stop(Duration.ofSeconds(20));
    assertThat(quiet.isComplete()).isFalse();
    gate.countDown();
    quiet.await(10, TimeUnit.SECONDS);
    assertThat(next()).isEqualTo(done(running));
    assertThat(began).isEmpty();
    assertThat(dispatcher.size()).isEqualTo(1);
  }

  private Result perform(ContainerCommand command, Job job) throws InterruptedException {
    began.add(command.container().value());
    if (command.container().value().equals("slow")) {
      gate.await();
    }
    return new Result.Done();
  }

  private static Route route(Command command) {
    if (command instanceof CloneContainer(var clone, var source)) {
      return Route.inOrder("work", clone.value(), source.value());
    }
    var name = ((ContainerCommand) command).container().value();
    return Route.inOrder(name.equals("nowhere") ? "nowhere" : "work", name);
  }

  private CommandId accept(String name) {
    return accept(new RemoveContainer(new ContainerName(name), false));
  }

  private CommandId accept(Command command) {
    var envelope = envelope(command, NOW.plusSeconds(60));
    dispatcher.accept(new Accepted(envelope, NOW, 1));
    return envelope.id();
  }

  private static Envelope envelope(String name, Instant deadline) {
    return envelope(new RemoveContainer(new ContainerName(name), false), deadline);
  }

  private static Envelope envelope(Command command, Instant deadline) {
    return new Envelope(
        CommandId.next(), OperationId.next(), new HostId("lab1"), NOW, deadline, command);
  }

  private Ended next() throws InterruptedException {
    return ended.poll(10, TimeUnit.SECONDS);
  }

  private static Ended done(CommandId id) {
    return new Ended(id, new Reply.Succeeded(new Result.Done()));
  }

  private static ProblemCode code(Ended ended) {
    return ((Reply.Failed) ended.reply()).problem().code();
  }

  private void deploy() throws Exception {
    var verticle =
        new VerticleBase() {
          @Override
          public Future<?> start() {
            return Work.<ContainerCommand>takeAt("work", vertx, DispatcherTest.this::perform);
          }
        };
    var options =
        new DeploymentOptions()
            .setThreadingModel(ThreadingModel.WORKER)
            .setWorkerPoolName("work")
            .setWorkerPoolSize(4);
    vertx.deployVerticle(verticle, options).await(10, TimeUnit.SECONDS);
  }

  private final class Kept implements Outcomes {
    @Override
    public Future<Void> finished(Accepted accepted, Reply last) {
      if (failing.getAndDecrement() > 0) {
        return Future.failedFuture("the disk is full");
      }
      failing.compareAndSet(-2, -1);
      ended.add(new Ended(accepted.id(), last));
      return Future.succeededFuture();
    }

    @Override
    public void progressed(Accepted accepted, Reply.Progress progress) {}
  }
}
