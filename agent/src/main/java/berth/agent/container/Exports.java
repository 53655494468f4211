package berth.agent.container;

import berth.agent.copy.Archives;
import berth.agent.copy.Manifest;
import berth.agent.dispatch.Job;
import berth.agent.dispatch.Performer;
import berth.agent.settings.Entries;
import berth.agent.settings.NspawnReader;
import berth.agent.storage.Pools;
import berth.agent.storage.StorageFailure;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import berth.protocol.command.CopyCommand.ExportContainer;
import berth.protocol.reply.Result;
import berth.protocol.reply.Result.CopyResult;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Sends containers as archives of which they can be made again on any host. It waits for nobody: a
 * snapshot stays as long as it is read, and that a stopped container was not started meanwhile is
 * looked at before the archive is complete.
 */
public final class Exports implements Performer<ExportContainer> {
  private final Pools pools;
  private final Settings settings;
  private final Activity activity;
  private final Starter starter;
  private final Snapshots snapshots;
  private final Archives archives;

  Exports(
      Pools pools,
      Settings settings,
      Activity activity,
      Starter starter,
      Snapshots snapshots,
      Archives archives) {
    this.pools = pools;
    this.settings = settings;
    this.activity = activity;
    this.starter = starter;
    this.snapshots = snapshots;
    this.archives = archives;
  }

  @Override
  public Result perform(ExportContainer command, Job job) {
    var name = command.container();
    try {
      return command.snapshot().isPresent()
          ? kept(name, command.snapshot().get(), command.location(), job)
          : stopped(name, command.location(), job);
    } catch (IOException e) {
      throw StorageFailure.of("export the container " + name, e);
    } catch (BusException e) {
      throw new BerthException(new Problem(ProblemCode.UNAVAILABLE, e.getMessage()), e);
    }
  }

  private CopyResult kept(ContainerName name, SnapshotName snapshot, URI location, Job job)
      throws IOException {
    var storage = snapshots.keeping(name, snapshot).storage();
    return storage.read(
        name,
        snapshot,
        (tree, record) -> {
          var manifest = manifest(name, record.state().created());
          return archives.send(tree, manifest, () -> {}, location, job);
        });
  }

  private CopyResult stopped(ContainerName name, URI location, Job job) throws IOException {
    var began = Instant.now();
    requireStopped(name);
    var volume = volume(name);
    var file = fileOf(volume);
    var manifest = manifest(name, began.truncatedTo(ChronoUnit.MILLIS));
    Archives.Check check =
        () -> {
          requireUntouched(name, began);
          requireStillThere(name, file);
        };
    try {
      return archives.send(volume, manifest, check, location, job);
    } catch (IOException e) {
      requireStillThere(name, file); // else that is why
      throw e;
    }
  }

  private void requireUntouched(ContainerName name, Instant began) {
    if (activity.isUp(name) || starter.wasActiveSince(name, began)) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container " + name + " was started while it was read",
          "export a snapshot of it, or stop it and try again");
    }
  }

  /** One that was removed meanwhile, or restored, would be half in the archive, and nobody saw. */
  private void requireStillThere(ContainerName name, Object file) throws IOException {
    var now = pools.holding(name).flatMap(pool -> pool.storage().volume(name));
    if (now.isEmpty() || !fileOf(now.get()).equals(file)) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container " + name + " was removed or replaced while it was read",
          "export it again, where it is still there");
    }
  }

  /** Which folder it is, whatever its name. */
  private static Object fileOf(Path volume) throws IOException {
    return Files.readAttributes(volume, BasicFileAttributes.class).fileKey();
  }

  private void requireStopped(ContainerName name) {
    if (activity.isUp(name)) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container " + name + " is running",
          "export a snapshot of it, or stop it first");
    }
  }

  private Path volume(ContainerName name) throws IOException {
    var pool = pools.holding(name).orElseThrow(() -> unknown(name));
    return pool.storage().open(name).orElseThrow(() -> unknown(name));
  }

  private Manifest manifest(ContainerName name, Instant taken) throws IOException {
    var written = settings.read(name);
    var base = written.map(Settings.Written::spec).orElse(ContainerSpec.DEFAULT);
    var read = NspawnReader.read(base, Entries.parse(settings.body(name)));
    return new Manifest(
        name,
        taken,
        written.flatMap(one -> one.origin().image()),
        SpecPatch.brief(read.spec()),
        read.kept());
  }

  private static BerthException unknown(ContainerName name) {
    return new BerthException(
        ProblemCode.NOT_FOUND, "no container \"" + name + "\" in a pool of this host");
  }
}
