package berth.agent.storage;

import berth.agent.dispatch.Job;
import berth.agent.linux.FileSystem;
import berth.agent.linux.Rename;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Volumes as folders {@code NAME} and images as hidden folders {@code .image.NAME} of one folder,
 * which machinectl(1) can work with too; snapshots are in a hidden folder of their own. New trees
 * grow under a name {@code .#berth.new.…}, are written to the disk and then renamed; a tree to be
 * removed is renamed to {@code .#berth.rm.…} first. So whatever has its final name is whole.
 */
public final class FolderBackend implements StorageBackend {
  private static final Logger LOG = LoggerFactory.getLogger(FolderBackend.class);

  private final Trees trees;
  private final TreeFolder folder;
  private final ImageFolders images;
  private final SnapshotFolders snapshots;
  private final FetchedFiles fetched;

  public FolderBackend(Path folder, Trees trees) {
    this.trees = trees;
    this.folder = new TreeFolder(folder, trees);
    this.images = new ImageFolders(this.folder);
    this.snapshots = new SnapshotFolders(this.folder);
    this.fetched = new FetchedFiles(folder);
  }

  @Override
  public Layout layout() {
    return trees.layout();
  }

  @Override
  public PoolFeatures features() throws IOException {
    return trees.features(folder.path());
  }

  @Override
  public Room room() throws IOException {
    var system = FileSystem.of(folder.path());
    return new Room(system.size(), system.free(), trees.fullness(folder.path()));
  }

  @Override
  public Path folder() {
    return folder.path();
  }

  @Override
  public List<ContainerName> volumes() throws IOException {
    return TreeFolder.folders(
        folder.path(), name -> name.startsWith(".") ? null : ContainerName.of(name));
  }

  @Override
  public Optional<Path> volume(ContainerName container) {
    return Optional.of(path(container)).filter(TreeFolder::isFolder);
  }

  @Override
  public Path create(ContainerName container, ImageName image, Change finish, Job job)
      throws IOException {
    return grow(
        container,
        tree -> {
          images.copy(image, tree, job);
          ImageRecord.takeFrom(tree);
        },
        finish,
        job);
  }

  @Override
  public Path make(ContainerName container, Optional<ByteSize> room, Change fill, Job job)
      throws IOException {
    return grow(container, trees::create, fill, job);
  }

  /** Has a new volume grow where nobody sees it, and then makes it visible. */
  private Path grow(ContainerName container, Change beginning, Change finish, Job job)
      throws IOException {
    var volume = path(container);
    requireFree(volume);
    var tree = folder.hidden("new", container.value());
    try (var undo = new Undo()) {
      undo.add(() -> trees.delete(tree));
      beginning.to(tree);
      finish.to(tree);
      job.stopIfCancelled();
      FileSystem.sync(folder.path());
      folder.publish(tree, volume);
      undo.keep();
    }
    return volume;
  }

  @Override
  public Path copy(
      ContainerName source, ContainerName container, boolean inUse, Change finish, Job job)
      throws IOException {
    var from = requireCopyable(source, inUse);
    return grow(container, tree -> trees.copy(from, tree, job), finish, job);
  }

  private Path requireCopyable(ContainerName source, boolean inUse) throws IOException {
    var from = require(source);
    if (inUse && !trees.copiesAtOnce(from)) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          from + " is in use, and a pool of this layout can't copy it as of one moment",
          "stop the container " + source + " first");
    }
    Mounts.refuseBeneath(from);
    return from;
  }

  @Override
  public Path rename(ContainerName from, ContainerName to) throws IOException {
    var volume = require(from);
    Mounts.refuseBeneath(volume);
    requireFree(path(to));
    try (var undo = new Undo()) {
      if (snapshots.rename(from, to)) {
        undo.add(() -> snapshots.rename(to, from));
      }
      folder.publish(volume, path(to));
      undo.keep();
    }
    return path(to);
  }

  @Override
  public void limit(ContainerName container, Optional<ByteSize> size) throws IOException {
    trees.limit(require(container), size);
  }

  @Override
  public void delete(ContainerName container) throws IOException {
    folder.remove(path(container));
  }

  @Override
  public List<ContainerName> snapshotted() throws IOException {
    return snapshots.containers();
  }

  @Override
  public List<StoredSnapshot> snapshots(ContainerName container) throws IOException {
    return snapshots.of(container);
  }

  @Override
  public StoredSnapshot snapshot(
      ContainerName container, SnapshotRecord record, boolean inUse, Runnable check, Job job)
      throws IOException {
    return snapshots.make(container, requireCopyable(container, inUse), record, check, job);
  }

  @Override
  public <T> T read(ContainerName container, SnapshotName snapshot, Reading<T> then)
      throws IOException {
    return snapshots.read(container, snapshot, then);
  }

  @Override
  public Path restore(
      ContainerName container,
      SnapshotName snapshot,
      Optional<ByteSize> size,
      RestoredChange finish,
      Runnable check,
      Job job)
      throws IOException {
    var tree = folder.hidden("new", container.value());
    try (var undo = new Undo()) {
      undo.add(() -> trees.delete(tree));
      snapshots.read(
          container,
          snapshot,
          (kept, record) -> {
            trees.copy(kept, tree, job);
            finish.to(tree, record);
            return tree;
          });
      if (size.isPresent()) {
        trees.limit(tree, size);
      }
      job.stopIfCancelled();
      FileSystem.sync(folder.path());
      check.run();
      replace(tree, path(container), check);
      undo.keep();
    }
    return path(container);
  }

  /** Puts a finished tree in the place of a volume, and removes what was there. */
  private void replace(Path tree, Path volume, Runnable check) throws IOException {
    if (!TreeFolder.isFolder(volume)) {
      folder.publish(tree, volume);
      return;
    }
    Mounts.refuseBeneath(volume);
    Rename.exchange(tree, volume);
    try {
      check.run();
    } catch (RuntimeException e) {
      Rename.exchange(tree, volume);
      throw e;
    }
    try {
      folder.sync();
      folder.remove(tree);
    } catch (IOException | BerthException e) {
      LOG.warn("{} stays until the agent starts again: {}", tree, e.getMessage());
    }
  }

  @Override
  public void delete(
      ContainerName container, SnapshotName snapshot, Predicate<SnapshotRecord> meant)
      throws IOException {
    snapshots.remove(container, snapshot, meant);
  }

  @Override
  public List<StoredImage> images() throws IOException {
    return images.all();
  }

  @Override
  public StoredImage make(ImageName image, Filling fill, Job job) throws IOException {
    return images.make(image, fill, job);
  }

  @Override
  public void delete(ImageName image) throws IOException {
    images.delete(image);
  }

  @Override
  public Path fetching(String name) {
    return fetched.of(name);
  }

  @Override
  public void sweep() throws IOException {
    for (var left : TreeFolder.entries(folder.path(), TreeFolder::isUnfinished)) {
      sweep(left);
    }
    fetched.sweep();
    snapshots.sweep();
    images.protect();
  }

  private void sweep(Path left) {
    try {
      Mounts.refuseBeneath(left);
      LOG.info("removing {}, which an earlier agent left unfinished", left);
      if (SnapshotFolders.isUnfinished(left)) {
        snapshots.delete(left);
      } else {
        trees.delete(left);
      }
    } catch (IOException | BerthException e) {
      LOG.warn("{} stays: {}", left, e.getMessage());
    }
  }

  private Path require(ContainerName container) {
    return volume(container)
        .orElseThrow(() ->
            new BerthException(
                ProblemCode.NOT_FOUND, "no volume \"" + container + "\" in " + folder.path()));
  }

  private static void requireFree(Path volume) {
    if (TreeFolder.exists(volume)) {
      throw TreeFolder.taken(volume);
    }
  }

  private Path path(ContainerName container) {
    return folder.path().resolve(container.value());
  }
}
