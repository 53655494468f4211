package berth.agent.storage;

import berth.agent.dispatch.Job;
import berth.agent.linux.FileSystem;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Rename;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Volumes as folders {@code NAME} and images as hidden folders {@code .image.NAME} of one folder,
 * which machinectl(1) can work with too. New trees grow under a name {@code .#berth.new.…}, are
 * written to the disk and then renamed; a tree to be removed is renamed to {@code .#berth.rm.…}
 * first. So whatever has its final name is whole.
 */
public final class FolderBackend implements StorageBackend {
  private static final Logger LOG = LoggerFactory.getLogger(FolderBackend.class);
  private static final String IMAGE = ".image.";
  private static final String OURS = ".#berth.";
  private static final String FETCH = OURS + "fetch.";
  private static final Duration FETCH_KEPT = Duration.ofDays(1);

  private final Path folder;
  private final Trees trees;

  /** Held for reading while an image is copied, for writing while it is replaced or removed. */
  private final Map<ImageName, ReadWriteLock> inUse = new ConcurrentHashMap<>();

  public FolderBackend(Path folder, Trees trees) {
    this.folder = folder;
    this.trees = trees;
  }

  @Override
  public Features features() {
    return trees.features();
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public List<ContainerName> volumes() throws IOException {
    return folders(name -> name.startsWith(".") ? null : ContainerName.of(name));
  }

  @Override
  public Optional<Path> volume(ContainerName container) {
    return Optional.of(path(container)).filter(FolderBackend::isFolder);
  }

  @Override
  public Path create(ContainerName container, ImageName image, Change finish, Job job)
      throws IOException {
    return grow(
        container,
        tree -> {
          copy(image, tree, job);
          ImageRecord.takeFrom(tree);
        },
        finish,
        job);
  }

  /** Has a new volume grow where nobody sees it, and then makes it visible. */
  private Path grow(ContainerName container, Change beginning, Change finish, Job job)
      throws IOException {
    var volume = path(container);
    if (Files.exists(volume, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(volume);
    }
    var tree = hidden("new", container.value());
    try (var undo = new Undo()) {
      undo.add(() -> trees.delete(tree));
      beginning.to(tree);
      finish.to(tree);
      job.stopIfCancelled();
      FileSystem.sync(folder);
      publish(tree, volume);
      undo.keep();
    }
    return volume;
  }

  @Override
  public Path copy(
      ContainerName source, ContainerName container, boolean inUse, Change finish, Job job)
      throws IOException {
    var from = require(source);
    if (inUse && !trees.copiesAtOnce(from)) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          from + " is in use, and a pool of this layout can't copy it as of one moment",
          "stop the container " + source + " first");
    }
    Mounts.refuseBeneath(from);
    return grow(container, tree -> trees.copy(from, tree, job), finish, job);
  }

  @Override
  public Path rename(ContainerName from, ContainerName to) throws IOException {
    var volume = require(from);
    Mounts.refuseBeneath(volume);
    publish(volume, path(to));
    return path(to);
  }

  @Override
  public void limit(ContainerName container, Optional<ByteSize> size) throws IOException {
    trees.limit(require(container), size);
  }

  @Override
  public void delete(ContainerName container) throws IOException {
    remove(path(container));
  }

  @Override
  public List<StoredImage> images() throws IOException {
    return folders(name -> name.startsWith(IMAGE) ? image(name.substring(IMAGE.length())) : null);
  }

  @Override
  public StoredImage make(ImageName image, Filling fill, Job job) throws IOException {
    var tree = hidden("new", image.value());
    try (var undo = new Undo()) {
      undo.add(() -> trees.delete(tree));
      trees.create(tree);
      var record = fill.of(tree);
      record.putOn(tree);
      job.stopIfCancelled();
      FileSystem.sync(folder);
      put(tree, image);
      undo.keep();
      return new StoredImage(image, path(image), record);
    }
  }

  @Override
  public void delete(ImageName image) throws IOException {
    var lock = lock(image).writeLock();
    lock.lock();
    try {
      if (isFolder(path(image))) {
        trees.readOnly(path(image), false);
      }
      remove(path(image));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Path fetching(String name) {
    return folder.resolve(FETCH + name);
  }

  @Override
  public void sweep() throws IOException {
    for (var left : entries(path -> path.getFileName().toString().startsWith(OURS))) {
      if (isFolder(left)) {
        sweep(left);
      } else if (!fetchedLately(left)) {
        Files.deleteIfExists(left);
      }
    }
    for (var image : images()) {
      trees.readOnly(image.tree(), true);
    }
  }

  private void sweep(Path left) throws IOException {
    try {
      Mounts.refuseBeneath(left);
      LOG.info("removing {}, which an earlier agent left unfinished", left);
      trees.delete(left);
    } catch (BerthException e) {
      LOG.warn("{} stays: {}", left, e.problem().message());
    }
  }

  private Path require(ContainerName container) {
    return volume(container)
        .orElseThrow(() ->
            new BerthException(
                ProblemCode.NOT_FOUND, "no volume \"" + container + "\" in " + folder));
  }

  private void copy(ImageName image, Path tree, Job job) throws IOException {
    var lock = lock(image).readLock();
    lock.lock();
    try {
      if (!isFolder(path(image))) {
        throw unknown(image);
      }
      trees.copy(image(image.value()), tree, job);
    } finally {
      lock.unlock();
    }
  }

  /** Puts a finished tree in the place of an image, and removes what was there. */
  private void put(Path tree, ImageName name) throws IOException {
    var image = path(name);
    var lock = lock(name).writeLock();
    lock.lock();
    try {
      if (isFolder(image)) {
        trees.readOnly(image, false);
        Rename.exchange(tree, image);
        sync();
        remove(tree);
      } else {
        publish(tree, image);
      }
      trees.readOnly(image, true);
    } finally {
      lock.unlock();
    }
  }

  /** The step that makes a tree visible: before it there is nothing, after it there is all. */
  private void publish(Path tree, Path name) throws IOException {
    try {
      Rename.noReplace(tree, name);
    } catch (LinuxException e) {
      if (e.errno() == LinuxException.EEXIST) {
        throw exists(name);
      }
      throw e;
    }
    sync();
  }

  private void remove(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Mounts.refuseBeneath(tree);
    var gone = hidden("rm", tree.getFileName().toString());
    Rename.noReplace(tree, gone);
    sync();
    trees.delete(gone);
  }

  private void sync() throws IOException {
    FileSystem.syncEntries(folder);
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
    var known = images().stream().map(i -> i.name().value()).toList();
    return new BerthException(
        ProblemCode.NOT_FOUND,
        "no image \"" + image + "\" in " + folder,
        known.isEmpty()
            ? "there is none at all yet: build or import one"
            : "there are: " + String.join(", ", known));
  }

  private static BerthException exists(Path volume) {
    return new BerthException(ProblemCode.ALREADY_EXISTS, volume + " is there already");
  }

  /** What the folders of certain names are; what bears another name is none of ours. */
  private <T> List<T> folders(Function<String, T> named) throws IOException {
    return entries(FolderBackend::isFolder).stream()
        .map(path -> ifNamed(path.getFileName().toString(), named))
        .flatMap(Optional::stream)
        .toList();
  }

  private static <T> Optional<T> ifNamed(String name, Function<String, T> named) {
    try {
      return Optional.ofNullable(named.apply(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private List<Path> entries(Predicate<Path> which) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(which).sorted(Comparator.naturalOrder()).toList();
    }
  }

  private Path path(ContainerName container) {
    return folder.resolve(container.value());
  }

  private Path path(ImageName image) {
    return folder.resolve(IMAGE + image.value());
  }

  private Path hidden(String why, String name) {
    return folder.resolve(OURS + why + "." + name + "." + UUID.randomUUID());
  }

  private ReadWriteLock lock(ImageName image) {
    return inUse.computeIfAbsent(image, _ -> new ReentrantReadWriteLock());
  }

  private static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean fetchedLately(Path file) throws IOException {
    var modified = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
    return file.getFileName().toString().startsWith(FETCH)
        && modified.plus(FETCH_KEPT).isAfter(Instant.now());
  }
}
