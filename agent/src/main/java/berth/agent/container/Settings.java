package berth.agent.container;

import berth.agent.linux.FileSystem;
import berth.agent.linux.Rename;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The containers' settings (systemd.nspawn(5)) in /etc/systemd/nspawn, the one place where nspawn
 * trusts them. Comments on top tell what Berth made, and by which command: so a command that comes
 * again after a crash knows its own work.
 */
final class Settings {
  private static final String OURS = "# Made by Berth";
  private static final String COMMAND = "# command ";
  private static final String IMAGE = "# image ";
  private static final List<String> MARKS = List.of(OURS, COMMAND, IMAGE);

  private final Path folder;

  Settings(Path folder) {
    this.folder = folder;
  }

  /**
   * What Berth wrote about a container's making.
   *
   * @param image empty for a clone of one that was made by hand
   */
  record Origin(CommandId command, Optional<ImageName> image) {}

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

  /** Whether a container was made by this very command. */
  boolean isOf(ContainerName container, CommandId command) {
    return origin(container).filter(made -> made.command().equals(command)).isPresent();
  }

  /** Refuses a name for which a person has written settings. */
  void requireNoneByHand(ContainerName container) {
    if (exist(container) && origin(container).isEmpty()) {
      throw taken(container);
    }
  }

  /** What is told where settings are in the way. */
  BerthException taken(ContainerName container) {
    return new BerthException(
        ProblemCode.ALREADY_EXISTS,
        "there are settings for a container \"" + container + "\": " + file(container),
        "choose another name, or remove that file");
  }

  /** Writes the settings of a new container; they are on the disk afterwards. */
  void write(ContainerName container, Origin origin) throws IOException {
    write(container, text(origin));
  }

  /** Gives a new container the settings of another one, which may have none. */
  void copy(ContainerName from, ContainerName to, CommandId command) throws IOException {
    var image = origin(from).flatMap(Origin::image);
    var settings =
        exist(from)
            ? Files.readAllLines(file(from), StandardCharsets.UTF_8).stream()
                .filter(line -> MARKS.stream().noneMatch(line::startsWith))
                .collect(Collectors.joining("\n", "", "\n"))
            : "";
    write(to, marks(new Origin(command, image)) + settings);
  }

  /** Gives a container's settings another name; what was moved before stays where it is. */
  void move(ContainerName from, ContainerName to) throws IOException {
    if (exist(from)) {
      Rename.noReplace(file(from), file(to));
      FileSystem.syncEntries(folder);
    }
  }

  private void write(ContainerName container, String settings) throws IOException {
    Files.createDirectories(folder);
    var half = folder.resolve(".#berth." + container);
    try (var file =
        FileChannel.open(
            half,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var text = StandardCharsets.UTF_8.encode(settings);
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
    return marks(origin)
        + """

        [Exec]
        Boot=yes
        PrivateUsers=pick

        [Network]
        VirtualEthernet=yes
        """;
  }

  private static String marks(Origin origin) {
    return OURS
        + "; change what you like below, see systemd.nspawn(5).\n"
        + (COMMAND + origin.command + "\n")
        + origin.image.map(image -> IMAGE + image + "\n").orElse("");
  }

  private static CommandId command(List<String> lines) {
    return CommandId.of(after(COMMAND, lines));
  }

  private static Optional<ImageName> image(List<String> lines) {
    return Optional.of(after(IMAGE, lines)).filter(name -> !name.isEmpty()).map(ImageName::new);
  }

  private static String after(String prefix, List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()).strip())
        .findFirst()
        .orElse("");
  }
}
