package berth.agent.container;

import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Settings of containers where nspawn looks after /etc (systemd.nspawn(5)): others' files, which
 * bear the name all the same. The next container of that name would be run by them.
 */
record OtherSettings(List<Path> folders) {
  static final OtherSettings OF_HOST =
      new OtherSettings(List.of(Path.of("/run/systemd/nspawn"), Path.of("/var/lib/machines")));

  /** The files that there are of a container. */
  List<Path> of(ContainerName container) {
    return folders.stream()
        .map(folder -> file(folder, container))
        .filter(Files::isRegularFile)
        .toList();
  }

  /** Gives them another name; those that have been moved are fine. */
  void move(ContainerName from, ContainerName to) throws IOException {
    for (var file : of(from)) {
      Files.move(file, file(file.getParent(), to));
    }
  }

  /** Takes them away. */
  void delete(ContainerName container) throws IOException {
    for (var file : of(container)) {
      Files.deleteIfExists(file);
    }
  }

  private static Path file(Path folder, ContainerName container) {
    return folder.resolve(container + ".nspawn");
  }
}
