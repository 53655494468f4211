package berth.agent.view;

import berth.agent.dispatch.Performer;
import berth.agent.dispatch.Work;
import berth.protocol.command.ViewCommand;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;

/** Performs commands that only look. */
public final class ViewVerticle extends VerticleBase {
  public static final String ADDRESS = "berth.agent.view";

  /** Nobody waits for a thread to see what holds the others up. */
  public static final DeploymentOptions OPTIONS =
      new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);

  private final Performer<ViewCommand> views;

  public ViewVerticle(Performer<ViewCommand> views) {
    this.views = views;
  }

  @Override
  public Future<?> start() {
    return Work.takeAt(ADDRESS, vertx, views);
  }
}
