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

/** Makes containers of archives that were exported, here or elsewhere. */
final class Imports {
  /** What reaches out of a container, so that a stranger is not to say it. */
  private static final List<String> REACHING_OUT =
      List.of(
          "privateUsers",
          "network",
          "binds",
          "devices",
          "capabilities",
          "systemCalls",
          "after",
          "autostart");

  /** What belongs to who a container is. */
  private static final List<String> OF_ITS_IDENTITY = List.of("hostname", "autostart", "protected");

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
    if (settings.isOf(name, job.id()) && pools.holding(name).isPresent()) {
      var spec = settings.read(name).orElseThrow().spec();
      var warnings = new ArrayList<String>();
      limit(pools.holding(name).orElseThrow(), command, spec, warnings);
      return new Imported(spec, warnings);
    }
    var pool = pools.find(command.pool());
    place.requireFree(name, pools);
    snapshots.requireNoneLeft(name);
    settings.requireNoneByHand(name);
    var file = pool.storage().fetching("import." + job.id());
    try {
      requireRoom(pool, command.size());
      archives.fetch(command.location(), command.sha256(), command.size(), file, job);
      return make(command, pool, file, job);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private Imported make(ImportContainer command, Pool pool, Path file, Job job) throws IOException {
    var name = command.container();
    var manifest = archives.manifest(file);
    var warnings = new ArrayList<String>();
    var spec = spec(command, manifest, warnings);
    var kept = command.trusted() ? manifest.settings() : List.<Entry>of();
    if (!command.trusted()) {
      manifest.settings().forEach(entry -> warnings.add("left out: " + entry.place() + "="));
    }
    try (var undo = new Undo()) {
      removal.forgetUnit(name);
      undo.add(() -> removal.forgetUnit(name));
      undo.add(() -> settings.delete(name));
      var origin = new Origin(job.id(), manifest.image());
      shaper.make(name, new Written(origin, spec, kept, Waiting.NONE));
      var most = most(pool, spec);
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
    var all = Wire.read(Wire.write(manifest.spec()), ContainerSpec.class);
    var change = Wire.json().createObjectNode();
    if (!command.keepIdentity()) {
      OF_ITS_IDENTITY.forEach(change::putNull);
    }
    if (!command.trusted()) {
      REACHING_OUT.stream()
          .filter(manifest.spec()::has)
          .forEach(field -> {
            change.putNull(field);
            warnings.add("left out: " + field + ", which reaches out of the container");
          });
    }
    return SpecPatch.of(change).on(all);
  }

  private static ByteSize most(Pool pool, ContainerSpec spec) throws IOException {
    var free = new ByteSize(pool.storage().room().free());
    return spec.size().filter(size -> size.compareTo(free) < 0).orElse(free);
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
  private static void requireRoom(Pool pool, ByteSize size) throws IOException {
    // The archive is beside the volumes, and what is unpacked may be somewhere else.
    var beside = FileSystem.of(pool.storage().folder()).free();
    var free = Math.min(beside, pool.storage().room().free());
    if (free / 2 < size.bytes()) {
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
