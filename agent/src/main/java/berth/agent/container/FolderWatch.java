package berth.agent.container;

import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Hears of folders that come and go where containers are kept (inotify(7)): made and removed by
 * hand, too.
 */
final class FolderWatch implements AutoCloseable {
  private final WatchService service;
  private final Consumer<ContainerName> changed;
  private final Runnable missed;

  /**
   * @param changed takes the name of a folder that came or went
   * @param missed called where so much happened that some of it was not told
   */
  FolderWatch(List<Path> folders, Consumer<ContainerName> changed, Runnable missed)
      throws IOException {
    this.changed = changed;
    this.missed = missed;
    service = FileSystems.getDefault().newWatchService();
    for (var folder : folders) {
      folder.register(
          service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
    }
    Thread.ofPlatform().daemon().name("berth-folders").start(this::listen);
  }

  @Override
  public void close() throws IOException {
    service.close();
  }

  private void listen() {
    try {
      while (true) {
        var key = service.take();
        key.pollEvents().forEach(this::tell);
        key.reset();
      }
    } catch (ClosedWatchServiceException | InterruptedException _) {
      // the agent ends
    }
  }

  private void tell(WatchEvent<?> event) {
    if (event.kind().equals(StandardWatchEventKinds.OVERFLOW)) {
      missed.run();
    } else {
      name((Path) event.context()).ifPresent(changed);
    }
  }

  private static Optional<ContainerName> name(Path entry) {
    try {
      return Optional.of(ContainerName.of(entry.toString()));
    } catch (IllegalArgumentException _) {
      return Optional.empty(); // hidden, or nothing that could be a container
    }
  }
}
