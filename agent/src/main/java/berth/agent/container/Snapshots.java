package berth.agent.container;

import berth.agent.container.identity.Identity;
import berth.agent.dispatch.Job;
import berth.agent.storage.Pool;
import berth.agent.storage.Pools;
import berth.agent.storage.RestoreMark;
import berth.agent.storage.SnapshotRecord;
import berth.agent.storage.StorageFailure;
import berth.agent.storage.StoredSnapshot;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import berth.protocol.command.ContainerCommand.CreateSnapshot;
import berth.protocol.command.ContainerCommand.RemoveSnapshot;
import berth.protocol.reply.Result;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.state.SnapshotState;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps containers' volumes as they are at a moment, and makes them so again. */
public final class Snapshots {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  private final Pools pools;
  private final Settings settings;
  private final Place place;
  private final Activity activity;

  Snapshots(Pools pools, Settings settings, Place place, Activity activity) {
    this.pools = pools;
    this.settings = settings;
    this.place = place;
    this.activity = activity;
  }

  /** Those of a container, the oldest first, also where it is gone itself. */
  public List<SnapshotState> of(ContainerName container) {
    try {
      return in(pools.all(), container).stream()
          .map(Kept::state)
          .sorted(Comparator.comparing(SnapshotState::created))
          .toList();
    } catch (IOException e) {
      throw StorageFailure.of("list the snapshots of " + container, e);
    }
  }

  /**
   * Removes those whose time is over. What can't be removed now is logged, and tried again with the
   * next call, or at the agent's next start where its removal has begun.
   */
  public void expire(Instant now) {
    for (var pool : pools.all()) {
      try {
        pool.storage().snapshotted().forEach(container -> expire(pool, container, now));
      } catch (IOException | RuntimeException e) {
        LOG.warn("pool={} its snapshots could not be looked through", pool.name(), e);
      }
    }
  }

  private static void expire(Pool pool, ContainerName container, Instant now) {
    try {
      removeExpired(pool, container, now);
    } catch (IOException | RuntimeException e) {
      LOG.warn("container={} a snapshot that expired could not be removed", container, e);
    }
  }

  private static void removeExpired(Pool pool, ContainerName container, Instant now)
      throws IOException {
    for (var snapshot : pool.storage().snapshots(container)) {
      var expires = snapshot.record().state().expires();
      if (expires.isPresent() && !now.isBefore(expires.get())) {
        pool.storage().delete(container, snapshot.name(), snapshot.record()::equals);
        LOG.info(
            "container={} snapshot={} removed, as it expired at {}",
            container,
            snapshot.name(),
            expires.get());
      }
    }
  }

  /** Takes one; what an earlier attempt of the same command has made is fine. */
  Result create(CreateSnapshot command, Job job) throws IOException {
    var name = command.container();
    var storage = pools.holding(name).orElseThrow(() -> noVolume(name)).storage();
    var before =
        storage.snapshots(name).stream()
            .filter(snapshot -> snapshot.name().equals(command.snapshot()))
            .filter(snapshot -> snapshot.record().isOf(job.id()))
            .findFirst();
    if (before.isPresent()) {
      return new Result.SnapshotResult(name, before.get().record().state());
    }
    var live = activity.isUp(name);
    var record = record(command, job);
    storage.snapshot(name, record, live, () -> activity.requireAsBefore(name, live), job);
    return new Result.SnapshotResult(name, record.state());
  }

  private static SnapshotRecord record(CreateSnapshot command, Job job) {
    var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    return new SnapshotRecord(
        new SnapshotState(
            command.snapshot(),
            now,
            command.comment(),
            command.isProtected(),
            command.expiresAfter().map(now::plus)),
        command.container(),
        Optional.of(job.id()));
  }

  /**
   * Makes a stopped container's volume what it was. Its settings stay as they are now, its identity
   * is the one that it had; but it keeps the name that it was given since.
   */
  void restore(ContainerName name, SnapshotName snapshot, Job job) throws IOException {
    var storage = keeping(name, snapshot).storage();
    var volume = storage.volume(name);
    if (volume.isEmpty()) {
      place.requireFree(name, pools);
    }
    if (volume.isEmpty() || !RestoreMark.isOn(volume.get(), job.id())) {
      activity.requireStopped(name);
      job.progress("restoring the snapshot " + snapshot);
      var spec = settings.read(name).map(Settings.Written::spec);
      storage.restore(
          name,
          snapshot,
          spec.flatMap(ContainerSpec::size),
          (tree, record) -> {
            if (!record.container().equals(name)) {
              Identity.rename(record.container(), name, tree);
            }
            var hostname = spec.flatMap(ContainerSpec::hostname);
            if (hostname.isPresent()) {
              Identity.name(hostname.get(), tree);
            }
            RestoreMark.putOn(tree, job.id());
          },
          () -> activity.requireStopped(name),
          job);
    }
    place.add(name, storage.volume(name).orElseThrow());
  }

  /** The pool of a container's volume; where that is gone, the one that has the snapshot. */
  Pool keeping(ContainerName name, SnapshotName snapshot) throws IOException {
    var holding = pools.holding(name);
    if (holding.isPresent()) {
      return holding.get();
    }
    return in(pools.all(), name).stream()
        .filter(kept -> kept.snapshot().name().equals(snapshot))
        .map(Kept::pool)
        .findFirst()
        .orElseThrow(() -> noVolume(name));
  }

  /** Removes one; one that is not there is fine. */
  void remove(RemoveSnapshot command) throws IOException {
    var name = command.container();
    var meant =
        in(pools.all(), name).stream()
            .filter(kept -> kept.snapshot().name().equals(command.snapshot()))
            .toList();
    if (!command.force() && meant.stream().anyMatch(kept -> kept.state().isProtected())) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the snapshot " + command.snapshot() + " of " + name + " is protected",
          "remove it with force");
    }
    for (var kept : meant) {
      kept.pool().storage().delete(name, command.snapshot());
    }
  }

  /**
   * Refuses to go on where there are snapshots of a container whose volume is gone: whoever made
   * another one of that name, or removed what is left, would lose them unseen.
   */
  void requireNoneLeft(ContainerName name) throws IOException {
    var left = in(pools.all(), name);
    if (!left.isEmpty() && pools.holding(name).isEmpty()) {
      var first = left.getFirst().snapshot().name();
      throw new BerthException(
          ProblemCode.CONFLICT,
          "there are snapshots of a container " + name + " whose volume is gone",
          "restore one: berth snapshot restore HOST/"
              + name
              + " "
              + first
              + "; or remove them: berth rm --force HOST/"
              + name);
    }
  }

  /** Refuses to go on where one of a container's is protected. */
  void requireNoneProtected(ContainerName name) throws IOException {
    var guarded =
        in(pools.all(), name).stream()
            .map(Kept::snapshot)
            .filter(snapshot -> snapshot.record().state().isProtected())
            .map(snapshot -> snapshot.name().value())
            .toList();
    if (!guarded.isEmpty()) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container "
              + name
              + (guarded.size() == 1 ? " has a protected snapshot" : " has protected snapshots")
              + ": "
              + guarded.stream().limit(10).collect(Collectors.joining(", "))
              + (guarded.size() > 10 ? " and " + (guarded.size() - 10) + " more" : ""),
          "remove what is not needed: berth snapshot rm --force HOST/" + name + " SNAPSHOT");
    }
  }

  /** Removes all of a container's and tells how many. */
  int removeAll(ContainerName name) throws IOException {
    var all = in(pools.all(), name);
    for (var kept : all) {
      kept.pool().storage().delete(name, kept.snapshot().name());
    }
    return all.size();
  }

  private record Kept(Pool pool, StoredSnapshot snapshot) {
    SnapshotState state() {
      return snapshot.record().state();
    }
  }

  private static List<Kept> in(List<Pool> pools, ContainerName container) throws IOException {
    var found = new ArrayList<Kept>();
    for (var pool : pools) {
      pool.storage().snapshots(container).forEach(snapshot -> found.add(new Kept(pool, snapshot)));
    }
    return found;
  }

  private static BerthException noVolume(ContainerName container) {
    return new BerthException(
        ProblemCode.NOT_FOUND, "no container \"" + container + "\" in a pool of this host");
  }
}
