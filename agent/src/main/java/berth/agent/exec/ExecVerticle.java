package berth.agent.exec;

import berth.agent.dispatch.Performer;
import berth.agent.dispatch.Work;
import berth.protocol.command.ProcessCommand;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;

/** Performs commands that run until something ends by itself. */
public final class ExecVerticle extends VerticleBase {
  public static final String ADDRESS = "berth.agent.exec";

  /** They mostly wait: on virtual threads hundreds do so at once. */
  public static final DeploymentOptions OPTIONS =
      new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);

  private final Performer<ProcessCommand> programs;

  public ExecVerticle(Performer<ProcessCommand> programs) {
    this.programs = programs;
  }

  @Override
  public Future<?> start() {
    return Work.takeAt(ADDRESS, vertx, programs);
  }
}
