package berth.agent.container;

import berth.agent.dispatch.Work;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Performs commands about containers on worker threads: in order for one, else in parallel. */
public final class ContainerVerticle extends VerticleBase {
  public static final String ADDRESS = "berth.agent.container";

  private final Containers containers;

  public ContainerVerticle(Containers containers) {
    this.containers = containers;
  }

  @Override
  public Future<?> start() {
    return Work.takeAt(ADDRESS, vertx, containers);
  }
}
