package berth.agent.storage.lvm;

import berth.agent.dispatch.Job;
import berth.agent.linux.FileSystem;
import berth.agent.storage.ImageRecord;
import berth.agent.storage.PoolPlace;
import berth.agent.storage.StorageBackend;
import berth.agent.storage.StoredImage;
import berth.agent.storage.Undo;
import berth.protocol.BerthException;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The images of a thin pool: a logical volume each, which is not mounted once it is made. */
final class ImageVolumes {
  private final PoolPlace.Thin place;
  private final Path folder;
  private final Lvm lvm;
  private final Xfs xfs;

  /** Held for reading while an image is copied, for writing while it is replaced or removed. */
  private final Map<ImageName, ReadWriteLock> inUse = new ConcurrentHashMap<>();

  ImageVolumes(PoolPlace.Thin place, Path folder, Lvm lvm, Xfs xfs) {
    this.place = place;
    this.folder = folder;
    this.lvm = lvm;
    this.xfs = xfs;
  }

  List<StoredImage> all() {
    return newest(lvm.volumes()).values().stream()
        .map(this::stored)
        .sorted(Comparator.comparing(StoredImage::name))
        .toList();
  }

  StoredImage make(ImageName image, StorageBackend.Filling fill, Job job) throws IOException {
    var name = VolumeNames.anew(image);
    try (var undo = new Undo()) {
      lvm.create(name, place.size(), Tags.STAGING, Tags.image(image));
      undo.add(() -> lvm.remove(name));
      xfs.make(lvm.device(name));
      ImageRecord record;
      try (var hidden = xfs.hidden(lvm.device(name), folder)) {
        var open = PosixFilePermissions.fromString("rwxr-xr-x");
        Files.setPosixFilePermissions(hidden.tree(), open);
        record = fill.of(hidden.tree());
        job.stopIfCancelled();
        FileSystem.sync(hidden.tree());
      }
      put(image, name, record);
      undo.keep();
      return new StoredImage(image, lvm.device(name), record);
    }
  }

  void delete(ImageName image) {
    var lock = lock(image).writeLock();
    lock.lock();
    try {
      named(image).forEach(volume -> lvm.remove(volume.name()));
    } finally {
      lock.unlock();
    }
  }

  /** Has something made of an image, which stays as long. */
  Path copy(ImageName image, Copying then) throws IOException {
    var lock = lock(image).readLock();
    lock.lock();
    try {
      return then.of(require(image).name());
    } finally {
      lock.unlock();
    }
  }

  /** Makes something of a logical volume that nobody removes meanwhile. */
  @FunctionalInterface
  interface Copying {
    Path of(String volume) throws IOException;
  }

  /** Where an agent died before it removed an image that it had replaced, the new one counts. */
  static Map<ImageName, LogicalVolume> newest(List<LogicalVolume> volumes) {
    return volumes.stream()
        .filter(volume -> volume.image().isPresent())
        .collect(
            Collectors.toMap(
                volume -> volume.image().orElseThrow(),
                Function.identity(),
                BinaryOperator.maxBy(Comparator.comparing(LogicalVolume::created))));
  }

  /** From one step of LVM's on the new one is the image; the others are removed. */
  private void put(ImageName image, String name, ImageRecord record) {
    var lock = lock(image).writeLock();
    lock.lock();
    try {
      var before = named(image);
      lvm.publish(name, Tags.record(record));
      before.forEach(old -> lvm.remove(old.name()));
    } finally {
      lock.unlock();
    }
  }

  /** Those of a name, the one that counts last. */
  private List<LogicalVolume> named(ImageName image) {
    return lvm.volumes().stream()
        .filter(volume -> volume.image().filter(image::equals).isPresent())
        .sorted(Comparator.comparing(LogicalVolume::created))
        .toList();
  }

  private StoredImage stored(LogicalVolume volume) {
    return new StoredImage(
        volume.image().orElseThrow(), lvm.device(volume.name()), Tags.imageRecord(volume.tags()));
  }

  private LogicalVolume require(ImageName image) {
    var known = newest(lvm.volumes());
    if (!known.containsKey(image)) {
      var names = known.keySet().stream().sorted().map(ImageName::value).toList();
      throw new BerthException(
          ProblemCode.NOT_FOUND,
          "no image \"" + image + "\" in the thin pool " + place,
          names.isEmpty()
              ? "there is none at all yet: build or import one"
              : "there are: " + String.join(", ", names));
    }
    return known.get(image);
  }

  private ReadWriteLock lock(ImageName image) {
    return inUse.computeIfAbsent(image, _ -> new ReentrantReadWriteLock());
  }
}
