package berth.agent.storage.lvm;

import berth.agent.dispatch.Job;
import berth.agent.linux.FileSystem;
import berth.agent.storage.FetchedFiles;
import berth.agent.storage.Mounts;
import berth.agent.storage.PoolPlace;
import berth.agent.storage.Room;
import berth.agent.storage.SnapshotRecord;
import berth.agent.storage.StorageBackend;
import berth.agent.storage.StoredImage;
import berth.agent.storage.StoredSnapshot;
import berth.agent.storage.Tools;
import berth.agent.storage.Undo;
import berth.agent.systemd.Systemd;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import berth.protocol.state.PoolFeatures;
import berth.protocol.state.PoolState.Layout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Volumes and images as logical volumes of one thin pool. What is being made bears a tag that says
 * so and is mounted where nobody looks; an image is there once the tag is gone, a volume once its
 * {@link MountUnit} is written besides. Images are not mounted.
 */
public final class LvmBackend implements StorageBackend {
  private final PoolPlace.Thin place;
  private final Path folder;
  private final Fullness most;
  private final Lvm lvm;
  private final Xfs xfs;
  private final MountUnits units;
  private final ImageVolumes images;
  private final VolumeGuard guard;
  private final SnapshotVolumes snapshots;
  private final Exchange exchange;
  private final Leftovers leftovers;
  private final FetchedFiles fetched;

  LvmBackend(PoolPlace.Thin place, Path folder, Fullness most, Tools tools, MountUnits units) {
    this.place = place;
    this.folder = folder;
    this.most = most;
    this.lvm = new Lvm(place, tools);
    this.xfs = new Xfs(tools);
    this.units = units;
    this.images = new ImageVolumes(place, folder, lvm, xfs);
    this.guard = new VolumeGuard(place, folder, lvm, units);
    this.snapshots = new SnapshotVolumes(lvm);
    this.exchange = new Exchange(lvm, xfs, units);
    this.leftovers = new Leftovers(folder, lvm, xfs, units, exchange);
    this.fetched = new FetchedFiles(folder);
  }

  /**
   * Opens a thin pool that is there; says what is missing where it can't be.
   *
   * @param folder where its volumes are mounted, without symbolic links in its path
   */
  public static LvmBackend open(PoolPlace.Thin place, Path folder, Tools tools, Systemd systemd) {
    Requirements.check(place, tools);
    var units = new MountUnits(place.group(), folder, systemd);
    return new LvmBackend(place, folder, Fullness.USUAL, tools, units);
  }

  @Override
  public Layout layout() {
    return Layout.LVM_THIN;
  }

  @Override
  public PoolFeatures features() {
    return new PoolFeatures(true, true, true, true, true, false);
  }

  @Override
  public Path folder() {
    return folder;
  }

  /** As all volumes see it together, whatever each of them could grow to. */
  @Override
  public Room room() {
    var pool = lvm.pool();
    var size = pool.size().bytes();
    return new Room(size, size - Math.round(size * pool.data() / 100), pool.fullness());
  }

  @Override
  public List<ContainerName> volumes() throws IOException {
    return units.all().stream().map(MountUnit::container).toList();
  }

  @Override
  public Optional<Path> volume(ContainerName container) {
    return units.find(container).map(MountUnit::where);
  }

  @Override
  public Optional<Path> open(ContainerName container) throws IOException {
    var unit = units.find(container);
    if (unit.isPresent()) {
      units.mount(unit.get());
    }
    return unit.map(MountUnit::where);
  }

  @Override
  public Path create(ContainerName container, ImageName image, Change finish, Job job)
      throws IOException {
    return images.copy(image, origin -> grow(container, origin, false, finish, job));
  }

  @Override
  public Path make(ContainerName container, Optional<ByteSize> room, Change fill, Job job)
      throws IOException {
    requireRoom();
    var unit = unit(container);
    var name = unit.volume();
    guard.requireFree(unit);
    try (var undo = new Undo()) {
      lvm.create(name, larger(place.size(), room), Tags.STAGING, Tags.VOLUME);
      undo.add(() -> lvm.remove(name));
      xfs.make(lvm.device(name));
      change(name, fill, job);
      publish(unit, undo);
      undo.keep();
    }
    return unit.where();
  }

  private static ByteSize larger(ByteSize usual, Optional<ByteSize> room) {
    return room.filter(size -> size.compareTo(usual) > 0).orElse(usual);
  }

  /** A source in use is copied as of one moment, too: LVM has its file system stand still. */
  @Override
  public Path copy(
      ContainerName source, ContainerName container, boolean inUse, Change finish, Job job)
      throws IOException {
    var from = guard.require(source);
    guard.requireInPool(from);
    Mounts.refuseWithin(from.where());
    return grow(container, from.volume(), true, finish, job);
  }

  /**
   * Has a new volume grow where nobody sees it, and then makes it visible.
   *
   * @param mounted whether the origin may be mounted meanwhile
   */
  private Path grow(ContainerName container, String origin, boolean mounted, Change finish, Job job)
      throws IOException {
    requireRoom();
    var unit = unit(container);
    var name = unit.volume();
    guard.requireFree(unit);
    try (var undo = new Undo()) {
      lvm.snapshot(origin, name, Tags.STAGING, Tags.VOLUME);
      undo.add(() -> lvm.remove(name));
      finish(name, mounted, finish, job);
      publish(unit, undo);
      undo.keep();
    }
    return unit.where();
  }

  /** Makes a copy a file system of its own, and does the rest to it where nobody sees it. */
  private void finish(String volume, boolean mounted, Change finish, Job job) throws IOException {
    xfs.renew(lvm.device(volume), mounted, folder);
    change(volume, finish, job);
  }

  /** Changes what is in a volume where nobody sees it. */
  private void change(String volume, Change change, Job job) throws IOException {
    try (var hidden = xfs.hidden(lvm.device(volume), folder)) {
      change.to(hidden.tree());
      job.stopIfCancelled();
      FileSystem.sync(hidden.tree());
    }
  }

  private void publish(MountUnit unit, Undo undo) throws IOException {
    lvm.publish(unit.volume(), List.of());
    undo.add(() -> {
      xfs.unmount(unit.where());
      units.remove(unit);
    });
    show(unit);
  }

  /** Before the unit is written there is no volume, after it there is a whole one. */
  private void show(MountUnit unit) throws IOException {
    units.put(unit);
    units.reload();
    units.mount(unit);
  }

  /** LVM's own rename is the step; the rest is done by {@link #sweep} where it is cut off. */
  @Override
  public Path rename(ContainerName from, ContainerName to) throws IOException {
    var old = guard.require(from);
    guard.requireInPool(old);
    if (!old.ours()) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "the volume of " + from + " is mounted by a unit that was made by hand: " + old.name(),
          "rename both by hand");
    }
    Mounts.refuseWithin(old.where());
    var unit = unit(to);
    guard.requireFree(unit);
    try (var undo = new Undo()) {
      var kept = snapshots.rename(from, to, old.volume());
      if (kept) {
        undo.add(() -> snapshots.giveBack(from, to, old.volume()));
      }
      undo.add(() -> units.mount(old));
      xfs.unmount(old.where());
      lvm.rename(old.volume(), unit.volume());
      undo.add(() -> lvm.rename(unit.volume(), old.volume()));
      if (kept) {
        snapshots.renamed(to, unit.volume());
      }
      undo.add(() -> {
        units.remove(unit);
        units.put(old);
        units.reload();
      });
      units.remove(old);
      show(unit);
      undo.keep();
    }
    return unit.where();
  }

  /** A volume always has a size: without one that was asked for it keeps what it has. */
  @Override
  public void limit(ContainerName container, Optional<ByteSize> size) throws IOException {
    var unit = guard.require(container);
    if (size.isEmpty()) {
      return;
    }
    var volume = lvm.find(unit.volume()).orElseThrow(() -> gone(unit));
    var wanted = size.get().bytes();
    var has = volume.size().bytes();
    if (wanted <= has - volume.extent().bytes()) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "the volume of "
              + container
              + " has "
              + volume.size().exact()
              + ", and XFS can't be made smaller than it is",
          "ask for that size or more; what a new volume has at least, the pool's line in the"
              + " agent's configuration tells");
    }
    units.mount(unit);
    if (wanted > has) {
      requireRoom();
      lvm.extend(unit.volume(), size.get());
    }
    xfs.grow(unit.where()); // also where an attempt before died between the two
  }

  @Override
  public void delete(ContainerName container) throws IOException {
    var found = units.find(container);
    if (found.isEmpty()) {
      return;
    }
    var unit = found.get();
    Mounts.refuseWithin(unit.where());
    if (lvm.find(unit.volume()).isPresent()) {
      guard.requireItself(unit);
      try (var undo = new Undo()) {
        undo.add(() -> units.mount(unit));
        xfs.unmount(unit.where());
        lvm.remove(unit.volume());
        undo.keep();
      }
    } else if (!unit.ours() || Mounts.has(unit.where())) {
      throw guard.elsewhere(unit);
    }
    units.remove(unit);
    units.reload();
  }

  @Override
  public List<ContainerName> snapshotted() {
    return snapshots.containers();
  }

  @Override
  public List<StoredSnapshot> snapshots(ContainerName container) {
    return snapshots.of(container);
  }

  /** One of a volume in use is what a power cut would leave: LVM has XFS stand still for it. */
  @Override
  public StoredSnapshot snapshot(
      ContainerName container, SnapshotRecord record, boolean inUse, Runnable check, Job job)
      throws IOException {
    var unit = guard.require(container);
    guard.requireInPool(unit);
    Mounts.refuseWithin(unit.where());
    requireRoom();
    return snapshots.make(container, unit.volume(), record, check, job);
  }

  /** By way of a copy that is gone afterwards: to mount the snapshot would play its log back. */
  @Override
  public <T> T read(ContainerName container, SnapshotName snapshot, Reading<T> then)
      throws IOException {
    var name = VolumeNames.read();
    try (var undo = new Undo()) {
      var source = snapshots.copy(container, snapshot, name);
      undo.add(() -> lvm.remove(name));
      try (var hidden = xfs.hidden(lvm.device(name), folder)) {
        return then.of(hidden.tree(), source.record());
      }
    }
  }

  /** A volume that was larger when the snapshot was made, or is asked to be, is so again. */
  @Override
  public Path restore(
      ContainerName container,
      SnapshotName snapshot,
      Optional<ByteSize> size,
      RestoredChange finish,
      Runnable check,
      Job job)
      throws IOException {
    var known = units.find(container);
    var unit = known.orElseGet(() -> unit(container));
    if (known.isEmpty()) {
      guard.requireFree(unit);
    } else if (lvm.names().contains(unit.volume()) || Mounts.has(unit.where())) {
      guard.requireInPool(unit);
      Mounts.refuseWithin(unit.where());
    }
    requireRoom();
    var name = VolumeNames.restored();
    try (var undo = new Undo()) {
      var source = snapshots.copy(container, snapshot, name);
      undo.add(() -> lvm.remove(name));
      Change all =
          tree -> {
            if (size.isPresent() && size.get().compareTo(source.volume().size()) > 0) {
              lvm.extend(name, size.get());
              xfs.grow(tree);
            }
            finish.to(tree, source.record());
          };
      finish(name, true, all, job);
      check.run();
      if (known.isPresent()) {
        exchange.perform(name, unit, check);
      } else {
        lvm.rename(name, unit.volume());
        undo.add(() -> lvm.rename(unit.volume(), name));
        publish(unit, undo);
      }
      undo.keep();
    }
    return unit.where();
  }

  @Override
  public void delete(
      ContainerName container, SnapshotName snapshot, Predicate<SnapshotRecord> meant) {
    snapshots.remove(container, snapshot, meant);
  }

  @Override
  public List<StoredImage> images() {
    return images.all();
  }

  @Override
  public StoredImage make(ImageName image, Filling fill, Job job) throws IOException {
    requireRoom();
    return images.make(image, fill, job);
  }

  @Override
  public void delete(ImageName image) {
    images.delete(image);
  }

  @Override
  public Path fetching(String name) {
    return fetched.of(name);
  }

  @Override
  public void sweep() throws IOException {
    leftovers.sweep();
    fetched.sweep();
  }

  /** The one that a volume of ours gets. */
  private MountUnit unit(ContainerName container) {
    return new MountUnit(container, lvm.device(VolumeNames.of(container)), folder, true);
  }

  private void requireRoom() {
    most.require(lvm.pool(), place.toString());
  }

  private BerthException gone(MountUnit unit) {
    return new BerthException(
        ProblemCode.NOT_FOUND, "the logical volume " + unit.device() + " is gone");
  }
}
