package berth.agent.image;

import berth.agent.dispatch.Work;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Performs commands about images, on worker threads: in order for one image, else in parallel. */
public final class ImageVerticle extends VerticleBase {
  public static final String ADDRESS = "berth.agent.image";

  private final Images images;

  public ImageVerticle(Images images) {
    this.images = images;
  }

  @Override
  public Future<?> start() {
    return Work.takeAt(ADDRESS, vertx, images);
  }
}
