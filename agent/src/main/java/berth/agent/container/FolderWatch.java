package berth.agent.container;

import berth.agent.systemd.UnitName;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of folders that come and go where containers are kept, and of changes to their settings
 * (inotify(7)): by hand, too.
 */
final class FolderWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);
  private static final String NSPAWN = ".nspawn";
  private static final String DROP_INS = ".d";

  private final WatchService service;
  private final Consumer<ContainerName> changed;
  private final Runnable missed;

  /** What is watched: to which container an entry of each folder belongs. */
  private final Map<WatchKey, Function<String, Optional<ContainerName>>> watched =
      new ConcurrentHashMap<>();

  /**
   * @param folders where the containers' roots are
   * @param changed takes the name of a container whose root or settings came, went or changed
   * @param missed called where so much happened that some of it was not told
   */
  FolderWatch(
      List<Path> folders, Settings settings, Consumer<ContainerName> changed, Runnable missed)
      throws IOException {
    this.changed = changed;
    this.missed = missed;
    service = FileSystems.getDefault().newWatchService();
    for (var folder : folders) {
      watch(
          folder,
          FolderWatch::name,
          StandardWatchEventKinds.ENTRY_CREATE,
          StandardWatchEventKinds.ENTRY_DELETE);
    }
    watchSettings(settings);
    Thread.ofPlatform().daemon().name("berth-folders").start(this::listen);
  }

  @Override
  public void close() throws IOException {
    service.close();
  }

  private void watchSettings(Settings settings) throws IOException {
    Files.createDirectories(settings.folder());
    watch(
        settings.folder(),
        entry -> without(NSPAWN, entry).flatMap(FolderWatch::name),
        StandardWatchEventKinds.ENTRY_CREATE,
        StandardWatchEventKinds.ENTRY_MODIFY,
        StandardWatchEventKinds.ENTRY_DELETE);
    var units = settings.units();
    Files.createDirectories(units);
    watch(
        units,
        entry -> dropIns(units, entry),
        StandardWatchEventKinds.ENTRY_CREATE,
        StandardWatchEventKinds.ENTRY_DELETE);
    try (var there = Files.list(units)) {
      there.forEach(folder -> {
        var _ = dropIns(units, folder.getFileName().toString());
      });
    }
  }

  /** A folder of drop-ins that comes is watched from then on. */
  private Optional<ContainerName> dropIns(Path units, String entry) {
    var container =
        without(DROP_INS, entry)
            .filter(UnitName::isValid)
            .flatMap(u -> new UnitName(u).container());
    var folder = units.resolve(entry);
    if (container.isPresent() && Files.isDirectory(folder)) {
      try {
        watch(
            folder,
            _ -> container,
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_MODIFY,
            StandardWatchEventKinds.ENTRY_DELETE);
      } catch (IOException e) {
        LOG.warn("changes in {} are noticed late: {}", folder, e.getMessage());
      }
    }
    return container;
  }

  private void watch(
      Path folder, Function<String, Optional<ContainerName>> names, WatchEvent.Kind<?>... kinds)
      throws IOException {
    watched.put(folder.register(service, kinds), names);
  }

  private void listen() {
    try {
      while (true) {
        var key = service.take();
        key.pollEvents().forEach(event -> tell(key, event));
        if (!key.reset()) {
          watched.remove(key); // the folder itself is gone
        }
      }
    } catch (ClosedWatchServiceException | InterruptedException _) {
      // the agent ends
    }
  }

  private void tell(WatchKey key, WatchEvent<?> event) {
    if (event.kind().equals(StandardWatchEventKinds.OVERFLOW)) {
      missed.run();
    } else {
      var names = watched.get(key);
      if (names != null) {
        names.apply(((Path) event.context()).toString()).ifPresent(changed);
      }
    }
  }

  private static Optional<String> without(String suffix, String entry) {
    return entry.endsWith(suffix)
        ? Optional.of(entry.substring(0, entry.length() - suffix.length()))
        : Optional.empty();
  }

  private static Optional<ContainerName> name(String entry) {
    try {
      return Optional.of(ContainerName.of(entry));
    } catch (IllegalArgumentException _) {
      return Optional.empty(); // hidden, or nothing that could be a container
    }
  }
}
