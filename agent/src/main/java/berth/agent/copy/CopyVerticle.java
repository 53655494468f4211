package berth.agent.copy;

import berth.agent.dispatch.Work;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Performs commands that copy files, on worker threads and in parallel. */
public final class CopyVerticle extends VerticleBase {
  public static final String ADDRESS = "berth.agent.copy";

  private final Copies copies;

  public CopyVerticle(Copies copies) {
    this.copies = copies;
  }

  @Override
  public Future<?> start() {
    return Work.takeAt(ADDRESS, vertx, copies);
  }
}
