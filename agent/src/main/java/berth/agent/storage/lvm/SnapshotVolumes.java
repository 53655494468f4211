package berth.agent.storage.lvm;

import berth.agent.dispatch.Job;
import berth.agent.storage.SnapshotRecord;
import berth.agent.storage.StoredSnapshot;
import berth.agent.storage.Undo;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The snapshots of a thin pool: a logical volume each, which is neither active nor mounted. Its
 * tags tell whose it is, its name and its record, so that they come and go with it in one step.
 */
final class SnapshotVolumes {
  private static final int MOST = 1000;

  private final Lvm lvm;

  SnapshotVolumes(Lvm lvm) {
    this.lvm = lvm;
  }

  /** The containers that have some, in order of their names. */
  List<ContainerName> containers() {
    return lvm.volumes().stream()
        .map(LogicalVolume::snapshotted)
        .flatMap(Optional::stream)
        .distinct()
        .sorted()
        .toList();
  }

  /** Those of a container, the oldest first. */
  List<StoredSnapshot> of(ContainerName container) {
    return in(lvm.volumes(), container).stream()
        .map(volume -> stored(volume, container))
        .sorted(
            Comparator.comparing((StoredSnapshot one) -> one.record().state().created())
                .thenComparing(StoredSnapshot::name))
        .toList();
  }

  /**
   * Makes one of a logical volume: LVM has the file system stand still for the moment that it is
   * of, and it is one from the moment on that its mark of being made is taken.
   */
  StoredSnapshot make(
      ContainerName container, String volume, SnapshotRecord record, Runnable check, Job job) {
    var name = record.state().name();
    requireRoom(container, name);
    var kept = VolumeNames.anew(name);
    try (var undo = new Undo()) {
      lvm.keep(volume, kept, tags(container, record));
      undo.add(() -> lvm.remove(kept));
      check.run();
      job.stopIfCancelled();
      lvm.publish(kept, List.of());
      undo.keep();
    }
    return new StoredSnapshot(name, lvm.device(kept), record);
  }

  private static List<String> tags(ContainerName container, SnapshotRecord record) {
    var tags = new ArrayList<>(Tags.record(record));
    tags.add(Tags.STAGING);
    tags.add(Tags.of(container));
    tags.add(Tags.snapshot(record.state().name()));
    return tags;
  }

  /** Makes a writable volume of one, which has no need of it any more, and tells of that one. */
  synchronized Source copy(ContainerName container, SnapshotName name, String to) {
    var kept = find(container, name).orElseThrow(() -> unknown(container, name));
    lvm.snapshot(kept.name(), to, Tags.STAGING, Tags.VOLUME);
    return new Source(kept, stored(kept, container).record());
  }

  /** What a volume was made of. */
  record Source(LogicalVolume volume, SnapshotRecord record) {}

  /** Removes one if it is what was meant; one that is not there is fine. */
  synchronized void remove(
      ContainerName container, SnapshotName name, Predicate<SnapshotRecord> meant) {
    find(container, name)
        .filter(kept -> meant.test(stored(kept, container).record()))
        .ifPresent(kept -> lvm.remove(kept.name()));
  }

  /**
   * Gives those of a container to another name, and tells whether there were any; {@code
   * ALREADY_EXISTS} where that has some. As each of them is a step of its own, the container's
   * volume bears a mark meanwhile: a repeat after a crash knows by it that it may go on.
   */
  synchronized boolean rename(ContainerName from, ContainerName to, String volume) {
    var all = lvm.volumes();
    var marks =
        all.stream()
            .filter(one -> one.name().equals(volume))
            .flatMap(one -> Tags.anyTo(one.tags()).stream())
            .toList();
    var some = in(all, from);
    if (!marks.contains(Tags.to(to))) {
      if (some.isEmpty()) {
        return false;
      }
      if (!in(all, to).isEmpty()) {
        throw taken(to);
      }
      lvm.retag(List.of(volume), marks, List.of(Tags.to(to)));
    }
    give(some, from, to);
    return true;
  }

  /** Takes the mark of a renaming that came to its end. */
  void renamed(ContainerName to, String volume) {
    lvm.retag(List.of(volume), List.of(Tags.to(to)), List.of());
  }

  /** Takes a renaming back, as long as the volume has its old name. */
  synchronized void giveBack(ContainerName from, ContainerName to, String volume) {
    give(in(lvm.volumes(), to), to, from);
    renamed(to, volume);
  }

  private void give(List<LogicalVolume> some, ContainerName from, ContainerName to) {
    if (!some.isEmpty()) {
      var names = some.stream().map(LogicalVolume::name).toList();
      lvm.retag(names, List.of(Tags.of(from)), List.of(Tags.of(to)));
    }
  }

  private void requireRoom(ContainerName container, SnapshotName name) {
    var others = in(lvm.volumes(), container);
    if (others.stream().anyMatch(one -> one.snapshot(container).equals(Optional.of(name)))) {
      throw new BerthException(
          ProblemCode.ALREADY_EXISTS,
          "the container " + container + " has a snapshot \"" + name + "\" already",
          "choose another name, or remove it first");
    }
    if (others.size() >= MOST) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container " + container + " has " + MOST + " snapshots, which is the most",
          "remove some, as by: berth snapshot rm HOST/" + container + " SNAPSHOT");
    }
  }

  private static List<LogicalVolume> in(List<LogicalVolume> all, ContainerName container) {
    return all.stream().filter(volume -> volume.snapshot(container).isPresent()).toList();
  }

  private Optional<LogicalVolume> find(ContainerName container, SnapshotName name) {
    return lvm.volumes().stream()
        .filter(volume -> volume.snapshot(container).filter(name::equals).isPresent())
        .findFirst();
  }

  private StoredSnapshot stored(LogicalVolume volume, ContainerName container) {
    var name = volume.snapshot(container).orElseThrow();
    var record = Tags.snapshotRecord(volume.tags(), container, name);
    return new StoredSnapshot(name, lvm.device(volume.name()), record);
  }

  private static BerthException unknown(ContainerName container, SnapshotName name) {
    return new BerthException(
        ProblemCode.NOT_FOUND,
        "no snapshot \"" + name + "\" of the container " + container,
        "see: berth snapshot ls HOST/" + container);
  }

  private static BerthException taken(ContainerName to) {
    return new BerthException(
        ProblemCode.ALREADY_EXISTS,
        "there are snapshots of a container \"" + to + "\" that is gone",
        "choose another name, or remove them first: berth snapshot ls HOST/" + to);
  }
}
