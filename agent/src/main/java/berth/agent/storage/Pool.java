package berth.agent.storage;

import berth.agent.dispatch.Job;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.state.ImageState;
import berth.protocol.state.PoolFeatures;
import berth.protocol.state.PoolState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** Storage with one layout, under the name that commands call it by. */
public record Pool(PoolName name, StorageBackend storage) {

  /** Makes a volume; where there is no room for it, says of which pool and how much there is. */
  public void create(
      ContainerName container, ImageName image, StorageBackend.Change finish, Job job)
      throws IOException {
    try {
      storage.create(container, image, finish, job);
    } catch (BerthException e) {
      throw isFull(e.problem()) ? full(container, e.problem(), e) : e;
    } catch (IOException e) {
      var told = StorageFailure.of("make the volume of the container " + container, e).problem();
      if (isFull(told)) {
        throw full(container, told, e);
      }
      throw e;
    }
  }

  private static boolean isFull(Problem problem) {
    return problem.code() == ProblemCode.NO_SPACE;
  }

  private BerthException full(ContainerName container, Problem problem, Exception cause) {
    var state = state();
    var free = new ByteSize(state.size().bytes() - state.used().bytes());
    return new BerthException(
        new Problem(
                ProblemCode.NO_SPACE,
                "no room for the container "
                    + container
                    + " in the pool "
                    + name
                    + " at "
                    + state.path()
                    + ", where "
                    + free
                    + " of "
                    + state.size()
                    + " are free: "
                    + problem.message(),
                problem
                    .remedy()
                    .orElse("free some space there, or make the container in another pool"))
            .withLog(problem.log()),
        cause);
  }

  /** What it is and how full; whether that is well, {@link PoolPicture} says. */
  public PoolState state() {
    try {
      var room = storage.room();
      return new PoolState(
          name,
          storage.layout(),
          storage.folder().toString(),
          new ByteSize(room.size()),
          new ByteSize(room.size() - room.free()),
          Optional.empty(),
          room.fullness(),
          features());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that is full may have no room to find out. */
  private Optional<PoolFeatures> features() {
    try {
      return Optional.of(storage.features());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** An image of this pool as the controller knows it. */
  public ImageState state(StoredImage image) {
    var record = image.record();
    return new ImageState(image.name(), name, record.created(), record.os(), record.source());
  }

  /** The images of this pool as the controller knows them. */
  public List<ImageState> images() {
    try {
      return storage.images().stream().map(this::state).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
