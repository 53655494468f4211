package berth.agent.container;

import berth.agent.process.HostCommand;
import berth.agent.process.Processes;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an nspawn that was killed at the wrong moment leaves behind. A later start of the name would
 * be refused: "Mount point '/run/systemd/nspawn/unix-export/NAME' exists already".
 */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
  private static final Path EXPORTS = Path.of("/run/systemd/nspawn/unix-export");

  private final Processes processes;
  private final Path machines;

  Leftovers(Processes processes, Path machines) {
    this.processes = processes;
    this.machines = machines;
  }

  /** Clears the way for a start; to be called only while the container's unit is down. */
  void clear(ContainerName container) {
    var export = EXPORTS.resolve(container.value());
    if (Files.isDirectory(export)) {
      processes.attempt(HostCommand.of("umount", "--quiet", export.toString()));
      delete(export);
    }
  }

  /** Takes also the lock away that nspawn keeps beside the volume while it runs. */
  void clearAll(ContainerName container) {
    clear(container);
    delete(machines.resolve(".#" + container + ".lck"));
  }

  private static void delete(Path leftover) {
    try {
      Files.deleteIfExists(leftover);
    } catch (IOException e) {
      LOG.warn("{} stays: {}", leftover, e.getMessage());
    }
  }
}
