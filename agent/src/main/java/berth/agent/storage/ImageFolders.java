package berth.agent.storage;

import berth.agent.dispatch.Job;
import berth.agent.linux.FileSystem;
import berth.agent.linux.Rename;
import berth.protocol.BerthException;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The images of a pool: a hidden folder {@code .image.NAME} each. */
final class ImageFolders {
  private static final String IMAGE = ".image.";

  private final TreeFolder folder;

  /** Held for reading while an image is copied, for writing while it is replaced or removed. */
  private final Map<ImageName, ReadWriteLock> inUse = new ConcurrentHashMap<>();

  ImageFolders(TreeFolder folder) {
    this.folder = folder;
  }

  List<StoredImage> all() throws IOException {
    return TreeFolder.folders(
        folder.path(),
        name -> name.startsWith(IMAGE) ? image(name.substring(IMAGE.length())) : null);
  }

  StoredImage make(ImageName image, StorageBackend.Filling fill, Job job) throws IOException {
    var tree = folder.hidden("new", image.value());
    try (var undo = new Undo()) {
      undo.add(() -> folder.trees().delete(tree));
      folder.trees().create(tree);
      var record = fill.of(tree);
      record.putOn(tree);
      job.stopIfCancelled();
      FileSystem.sync(folder.path());
      put(tree, image);
      undo.keep();
      return new StoredImage(image, path(image), record);
    }
  }

  void delete(ImageName image) throws IOException {
    var lock = lock(image).writeLock();
    lock.lock();
    try {
      if (TreeFolder.isFolder(path(image))) {
        folder.trees().readOnly(path(image), false);
      }
      folder.remove(path(image));
    } finally {
      lock.unlock();
    }
  }

  void copy(ImageName image, Path tree, Job job) throws IOException {
    var lock = lock(image).readLock();
    lock.lock();
    try {
      if (!TreeFolder.isFolder(path(image))) {
        throw unknown(image);
      }
      folder.trees().copy(image(image.value()), tree, job);
    } finally {
      lock.unlock();
    }
  }

  /** Protects them again where an agent that was killed had not come to it. */
  void protect() throws IOException {
    for (var image : all()) {
      folder.trees().readOnly(image.tree(), true);
    }
  }

  /** Puts a finished tree in the place of an image, and removes what was there. */
  private void put(Path tree, ImageName name) throws IOException {
    var image = path(name);
    var lock = lock(name).writeLock();
    lock.lock();
    try {
      if (TreeFolder.isFolder(image)) {
        folder.trees().readOnly(image, false);
        Rename.exchange(tree, image);
        folder.sync();
        folder.remove(tree);
      } else {
        folder.publish(tree, image);
      }
      folder.trees().readOnly(image, true);
    } finally {
      lock.unlock();
    }
  }

  /** Null where it was removed a moment ago. */
  private StoredImage image(String name) {
    var image = ImageName.of(name);
    try {
      return new StoredImage(image, path(image), ImageRecord.of(path(image)));
    } catch (NoSuchFileException _) {
      return null;
    } catch (IOException e) {
      throw new BerthException(
          ProblemCode.FAILED, "the image " + name + " can't be read: " + e.getMessage());
    }
  }

  private BerthException unknown(ImageName image) throws IOException {
    var known = all().stream().map(i -> i.name().value()).toList();
    return new BerthException(
        ProblemCode.NOT_FOUND,
        "no image \"" + image + "\" in " + folder.path(),
        known.isEmpty()
            ? "there is none at all yet: build or import one"
            : "there are: " + String.join(", ", known));
  }

  private Path path(ImageName image) {
    return folder.path().resolve(IMAGE + image.value());
  }

  private ReadWriteLock lock(ImageName image) {
    return inUse.computeIfAbsent(image, _ -> new ReentrantReadWriteLock());
  }
}
