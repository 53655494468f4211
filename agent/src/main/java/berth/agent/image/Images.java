package berth.agent.image;

import berth.agent.dispatch.Job;
import berth.agent.dispatch.Performer;
import berth.agent.report.Reporter;
import berth.agent.storage.ImageRecord;
import berth.agent.storage.OsRelease;
import berth.agent.storage.Pool;
import berth.agent.storage.Pools;
import berth.agent.storage.StorageBackend.Filling;
import berth.agent.storage.StorageFailure;
import berth.agent.storage.StoredImage;
import berth.agent.transfer.Download;
import berth.protocol.ImageName;
import berth.protocol.command.ImageCommand;
import berth.protocol.command.Recipe;
import berth.protocol.event.Event;
import berth.protocol.reply.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Builds, imports and removes images. */
public final class Images implements Performer<ImageCommand> {
  private final Pools pools;
  private final Debootstrap debootstrap;
  private final Download download;
  private final Archive archive;
  private final Reporter reporter;

  public Images(
      Pools pools, Debootstrap debootstrap, Download download, Archive archive, Reporter reporter) {
    this.pools = pools;
    this.debootstrap = debootstrap;
    this.download = download;
    this.archive = archive;
    this.reporter = reporter;
  }

  @Override
  public Result perform(ImageCommand command, Job job) {
    var pool = pools.find(command.pool());
    try {
      return switch (command) {
        case ImageCommand.BuildImage build -> build(build, pool, job);
        case ImageCommand.ImportImage archived -> fetch(archived, pool, job);
        case ImageCommand.RemoveImage remove -> remove(remove.image(), pool);
      };
    } catch (IOException e) {
      throw StorageFailure.of("work on the image " + command.image(), e);
    }
  }

  private Result build(ImageCommand.BuildImage command, Pool pool, Job job) throws IOException {
    return switch (command.recipe()) {
      case Recipe.Debootstrap recipe -> {
        var source = debootstrap.source(recipe);
        yield make(command.image(), pool, source, t -> debootstrap.build(recipe, t, job), job);
      }
    };
  }

  private Result fetch(ImageCommand.ImportImage command, Pool pool, Job job) throws IOException {
    var file = pool.storage().fetching(command.image() + "." + command.sha256());
    try {
      Space.require(pool, command.size().bytes() * 3, "import " + command.image());
      download.fetch(command.location(), command.sha256(), command.size(), file, job);
      var source = "archive sha256:" + command.sha256();
      return make(command.image(), pool, source, t -> archive.unpack(file, t, job), job);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Puts files into an empty tree. */
  private interface Filler {
    void fill(Path tree) throws IOException;
  }

  private Result make(ImageName name, Pool pool, String source, Filler filler, Job job)
      throws IOException {
    var before = finishedBefore(name, pool, source, job);
    if (before.isPresent()) {
      return told(pool, before.get());
    }
    Filling filling =
        tree -> {
          filler.fill(tree);
          job.progress("writing it to the disk");
          var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
          return new ImageRecord(now, OsRelease.prettyName(tree), source, count(tree));
        };
    return told(pool, pool.storage().make(name, filling, job));
  }

  /** What this command's earlier attempt completed before the agent died. */
  private static Optional<StoredImage> finishedBefore(
      ImageName name, Pool pool, String source, Job job) throws IOException {
    return job.attempt() == 1
        ? Optional.empty()
        : pool.storage().images().stream()
            .filter(image -> image.name().equals(name))
            .filter(image -> image.record().source().equals(source))
            .filter(image -> image.record().created().isAfter(job.acceptedAt()))
            .findFirst();
  }

  private Result told(Pool pool, StoredImage image) {
    var state = pool.state(image);
    reporter.happened(new Event.ImageAdded(state));
    return new Result.ImageResult(state);
  }

  private Result remove(ImageName name, Pool pool) throws IOException {
    var known = pool.storage().images().stream().anyMatch(image -> image.name().equals(name));
    pool.storage().delete(name);
    if (known) {
      reporter.happened(new Event.ImageRemoved(name, pool.name()));
    }
    return new Result.Done();
  }

  private static Optional<Long> count(Path tree) throws IOException {
    try (var entries = Files.walk(tree)) {
      return Optional.of(entries.count());
    }
  }
}
