package berth.agent.container;

import berth.agent.container.Settings.Origin;
import berth.agent.container.Settings.Waiting;
import berth.agent.container.Settings.Written;
import berth.agent.container.identity.Identity;
import berth.agent.copy.Archives;
import berth.agent.copy.Manifest;
import berth.agent.dispatch.Job;
import berth.agent.linux.FileSystem;
import berth.agent.settings.Entry;
import berth.agent.storage.Pool;
import berth.agent.storage.Pools;
import berth.agent.storage.Undo;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand.ImportContainer;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes containers of archives that were exported, here or elsewhere. */
final class Imports {
  /** What does not reach out of a container: a stranger may say it, and nothing else. */
  private static final Set<String> OF_ITSELF =
      Set.of(
          "description",
          "labels",
          "size",
          "start",
          "hostname",
          "environment",
          "resolvConf",
          "tmpfs",
          "readOnly",
          "ephemeral",
          "limits",
          "restart",
          "restartDelay",
          "startDelay",
          "stopTimeout",
          "protected");

  /** What part of a pool's free room an archive may not fill, as others live there, too. */
  private static final int RESERVE = 20;

  /** Of very many settings only so many are named. */
  private static final int NAMED = 20;

  private final Pools pools;
  private final Settings settings;
  private final Place place;
  private final Removal removal;
  private final Shaper shaper;
  private final Snapshots snapshots;
  private final Archives archives;

  Imports(
      Pools pools,
      Settings settings,
      Place place,
      Removal removal,
      Shaper shaper,
      Snapshots snapshots,
      Archives archives) {
    this.pools = pools;
    this.settings = settings;
    this.place = place;
    this.removal = removal;
    this.shaper = shaper;
    this.snapshots = snapshots;
    this.archives = archives;
  }

  /** What came of it beside the container: what is not as it was, a line each. */
  record Imported(ContainerSpec spec, List<String> warnings) {}

  /** Makes one; what an earlier attempt of the same command has made is fine. */
  Imported make(ImportContainer command, Job job) throws IOException {
    var name = command.container();
    var pool = pools.find(command.pool());
    var file = pool.storage().fetching("import." + job.id());
    try {
      if (settings.isOf(name, job.id()) && pools.holding(name).isPresent()) {
        return madeBefore(command);
      }
      requireNothing(command);
      requireRoom(pool, command.size(), file);
      archives.fetch(command.location(), command.sha256(), command.size(), file, job);
      return make(command, pool, file, job);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** The attempt that made it may have died before it had set its size, or told of it. */
  private Imported madeBefore(ImportContainer command) throws IOException {
    var name = command.container();
    var spec = settings.read(name).orElseThrow().spec();
    var warnings = new ArrayList<String>();
    warnings.add("the agent was started anew meanwhile: what it left out before is not told");
    limit(pools.holding(name).orElseThrow(), command, spec, warnings);
    return new Imported(spec, warnings);
  }

  private void requireNothing(ImportContainer command) throws IOException {
    var name = command.container();
    place.requireFree(name, pools);
    snapshots.requireNoneLeft(name);
    settings.requireNoneByHand(name);
  }

  private Imported make(ImportContainer command, Pool pool, Path file, Job job) throws IOException {
    var name = command.container();
    requireNothing(command); // it may have taken hours to fetch it
    var manifest = archives.manifest(file);
    var warnings = new ArrayList<String>();
    var spec = spec(command, manifest, warnings);
    var kept = command.trusted() ? manifest.settings() : List.<Entry>of();
    if (!command.trusted()) {
      manifest.settings().stream()
          .limit(NAMED)
          .forEach(entry -> warnings.add("left out: " + entry.place() + "="));
    }
    try (var undo = new Undo()) {
      removal.forgetUnit(name);
      undo.add(() -> removal.forgetUnit(name));
      undo.add(() -> settings.delete(name));
      var origin = new Origin(job.id(), manifest.image());
      shaper.make(name, new Written(origin, spec, kept, Waiting.NONE));
      var most = most(pool);
      pool.storage()
          .make(
              name,
              spec.size(),
              tree -> {
                warnings.addAll(archives.unpack(file, tree, most, job));
                if (!command.keepIdentity()) {
                  Identity.renew(name, tree);
                }
                job.progress("writing it to the disk");
              },
              job);
      undo.add(() -> pool.storage().delete(name));
      limit(pool, command, spec, warnings);
      undo.keep();
    }
    return new Imported(spec, warnings);
  }

  /** As the archive has it, without what it is not to say here. */
  private static ContainerSpec spec(
      ImportContainer command, Manifest manifest, List<String> warnings) {
    var told = Wire.read(Wire.write(manifest.spec()), ContainerSpec.class);
    var all = command.keepIdentity() ? told : Settings.NOT_COPIED.on(told);
    var change = Wire.json().createObjectNode();
    if (!command.trusted()) {
      SpecPatch.brief(all).properties().stream()
          .map(Map.Entry::getKey)
          .filter(field -> !OF_ITSELF.contains(field))
          .forEach(field -> {
            change.putNull(field);
            warnings.add("left out: " + field + ", which reaches out of the container");
          });
    }
    return SpecPatch.of(change).on(all);
  }

  /** An archive is larger than what is in it: its container's own size says nothing of it. */
  private static ByteSize most(Pool pool) throws IOException {
    var free = pool.storage().room().free();
    return new ByteSize(free - free / RESERVE);
  }

  /** A pool of another layout may have no way to keep a volume from growing. */
  private void limit(Pool pool, ImportContainer command, ContainerSpec spec, List<String> warnings)
      throws IOException {
    try {
      if (spec.size().isPresent()) {
        pool.storage().limit(command.container(), spec.size());
      }
    } catch (BerthException e) {
      if (e.problem().code() != ProblemCode.UNSUPPORTED) {
        throw e;
      }
      var written = settings.read(command.container()).orElseThrow();
      var without = Wire.json().createObjectNode();
      without.putNull("size");
      settings.write(
          command.container(),
          new Written(
              written.origin(), SpecPatch.of(without).on(spec), written.kept(), Waiting.NONE));
      warnings.add("left out: size, as " + e.problem().message());
    }
  }

  /** The archive and what is in it are there at the same time. */
  private static void requireRoom(Pool pool, ByteSize size, Path file) throws IOException {
    var fetched = Files.exists(file) ? Files.size(file) : 0;
    // The archive is beside the volumes, and what is unpacked may be somewhere else.
    var beside = FileSystem.of(pool.storage().folder()).free();
    var free = Math.min(beside, pool.storage().room().free());
    if ((free + fetched) / 2 < size.bytes()) {
      throw new BerthException(
          ProblemCode.NO_SPACE,
          "the pool \""
              + pool.name()
              + "\" has "
              + new ByteSize(free)
              + " left; to import takes more than "
              + new ByteSize(size.bytes() * 2),
          "remove what is not needed, or grow the pool");
    }
  }
}
