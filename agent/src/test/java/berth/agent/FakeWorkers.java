package berth.agent;

import berth.agent.container.ContainerVerticle;
import berth.agent.dispatch.Job;
import berth.agent.dispatch.Work;
import berth.agent.exec.ExecVerticle;
import berth.agent.report.InventorySources;
import berth.agent.report.Reporter;
import berth.agent.report.Streams;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.ProblemCode;
import berth.protocol.command.Command;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ProcessCommand;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.event.Event;
import berth.protocol.reply.Result;
import berth.protocol.stream.Input;
import berth.protocol.stream.Output;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Performs commands on a {@link FakeWorld}. What a container is called says how its commands go:
 * {@code wait-x} waits for the gate {@code x}; {@code die-before} and {@code die-after} end the
 * process on the spot in the first attempt, before or after the work; {@code defect} throws.
 */
final class FakeWorkers implements Workers {
  private final FakeWorld world;

  FakeWorkers(FakeWorld world) {
    this.world = world;
  }

  @Override
  public Future<InventorySources> start(Vertx vertx, Reporter reporter, Streams streams) {
    if (world.isBroken()) {
      return Future.failedFuture(new IOException("the world is broken"));
    }
    var verticle =
        new VerticleBase() {
          @Override
          public Future<?> start() {
            return Future.all(
                Work.<ContainerCommand>takeAt(
                    ContainerVerticle.ADDRESS, vertx, (c, job) -> container(c, job, reporter)),
                Work.<ProcessCommand>takeAt(
                    ExecVerticle.ADDRESS, vertx, (c, job) -> process(c, job, streams)));
          }
        };
    return vertx
        .deployVerticle(
            verticle,
            new DeploymentOptions()
                .setThreadingModel(ThreadingModel.WORKER)
                .setWorkerPoolName("fake")
                .setWorkerPoolSize(8))
        .map(new InventorySources(world::containers, List::of, world::pools));
  }

  @Override
  public String systemdVersion() {
    return "257";
  }

  @Override
  public Future<Void> stop() {
    return Future.succeededFuture();
  }

  private Result container(ContainerCommand command, Job job, Reporter reporter) {
    var name = command.container();
    behave(name.value(), job);
    world.ran(job.id() + " " + name);
    switch (command) {
      case CreateContainer _ -> reporter.happened(new Event.ContainerCreated(world.create(name)));
      case RemoveContainer _ -> {
        world.remove(name);
        reporter.happened(new Event.ContainerRemoved(name));
      }
      default -> {}
    }
    dieIf(name.value().equals("die-after") && job.attempt() == 1);
    return new Result.Done();
  }

  private Result process(Command command, Job job, Streams streams) {
    var exec = (Exec) command;
    world.ran(job.id() + " " + exec.argv().getFirst());
    dieIf(exec.argv().getFirst().equals("die"));
    if (exec.argv().getFirst().equals("talk")) {
      return talk(job, streams);
    }
    behave(exec.container().value(), job);
    return new Result.ProcessResult(
        Optional.of(0), Optional.empty(), 0, Bytes.of("out"), Bytes.of(""));
  }

  /** Says ten things, waits for the gate {@code more}, says ten more, and repeats what it hears. */
  private Result talk(Job job, Streams streams) {
    var heard = new LinkedBlockingQueue<Input>();
    try (var stream = streams.open(job.id(), heard::add)) {
      for (int i = 1; i <= 20; i++) {
        stream.send(new Output.OutputChunk(i, Output.Channel.STDOUT, Bytes.of("line " + i)));
        if (i == 10) {
          await(job, "more");
        }
      }
      var text = new StringBuilder();
      while (heard.take() instanceof Input.StdinChunk(_, var data)) {
        text.append(data.text());
      }
      return new Result.ProcessResult(
          Optional.of(0), Optional.empty(), 20, Bytes.of(text.toString()), Bytes.of(""));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void behave(String name, Job job) {
    dieIf(name.equals("die-before") && job.attempt() == 1);
    if (name.equals("defect")) {
      throw new IllegalStateException("a defect of the fake");
    }
    if (name.startsWith("wait-")) {
      job.progress("waiting");
      await(job, name.substring("wait-".length()));
    }
  }

  private void await(Job job, String gate) {
    while (!world.released(gate)) {
      if (job.cancelled()) {
        throw new BerthException(ProblemCode.FAILED, "gave way");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** As kill -9 would. */
  private static void dieIf(boolean fatal) {
    if (fatal) {
      Runtime.getRuntime().halt(137);
    }
  }
}
