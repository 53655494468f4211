package berth.agent.container;

import berth.agent.linux.FileSystem;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The containers' settings (systemd.nspawn(5)) in /etc/systemd/nspawn, the one place where nspawn
 * trusts them. Comments on top tell what Berth made, and by which command: so a command that comes
 * again after a crash knows its own work.
 */
final class Settings {
  private static final String OURS = "# Made by Berth";
  private static final String COMMAND = "# command ";
  private static final String IMAGE = "# image ";

  private final Path folder;

  Settings(Path folder) {
    this.folder = folder;
  }

  /** What Berth wrote about a container's making. */
  record Origin(CommandId command, ImageName image) {}

  /** Where a container's settings are. */
  Path file(ContainerName container) {
    return folder.resolve(container + ".nspawn");
  }

  /** Whether there are any, whoever wrote them. */
  boolean exist(ContainerName container) {
    return Files.exists(file(container));
  }

  /** Who made it, where Berth did. */
  Optional<Origin> origin(ContainerName container) {
    try {
      var lines = Files.readAllLines(file(container), StandardCharsets.UTF_8);
      return lines.isEmpty() || !lines.getFirst().startsWith(OURS)
          ? Optional.empty()
          : Optional.of(new Origin(command(lines), image(lines)));
    } catch (IOException | IllegalArgumentException _) {
      return Optional.empty(); // none, or one that a person changed beyond recognition
    }
  }

  /** Writes the settings of a new container; they are on the disk afterwards. */
  void write(ContainerName container, Origin origin) throws IOException {
    Files.createDirectories(folder);
    var half = folder.resolve(".#berth." + container);
    try (var file =
        FileChannel.open(
            half,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var text = StandardCharsets.UTF_8.encode(text(origin));
      while (text.hasRemaining()) {
        file.write(text);
      }
      file.force(true);
    }
    Files.move(half, file(container), StandardCopyOption.ATOMIC_MOVE);
    FileSystem.syncEntries(folder);
  }

  void delete(ContainerName container) throws IOException {
    Files.deleteIfExists(file(container));
  }

  private static String text(Origin origin) {
    return """
    %s; change what you like below, see systemd.nspawn(5).
    %s%s
    %s%s

    [Exec]
    Boot=yes
    PrivateUsers=pick

    [Network]
    VirtualEthernet=yes
    """
        .formatted(OURS, COMMAND, origin.command, IMAGE, origin.image);
  }

  private static CommandId command(List<String> lines) {
    return CommandId.of(after(COMMAND, lines));
  }

  private static ImageName image(List<String> lines) {
    return new ImageName(after(IMAGE, lines));
  }

  private static String after(String prefix, List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()).strip())
        .findFirst()
        .orElse("");
  }
}
