package berth.agent.view;

import berth.agent.systemd.Properties;
import berth.protocol.ContainerName;
import berth.protocol.state.Inspection.ConfigFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files on the host that configure a container: those that systemd itself names. */
final class ConfigFiles {
  private static final int MOST = 32;
  private static final int LONGEST = 64 << 10;

  /** In the order in which systemd-nspawn looks there; the first one counts. */
  private static final List<Path> NSPAWN =
      List.of(
          Path.of("/etc/systemd/nspawn"),
          Path.of("/run/systemd/nspawn"),
          Path.of("/var/lib/machines"));

  private ConfigFiles() {}

  /**
   * Those that are there.
   *
   * @param unit the properties of the unit that runs it
   */
  static List<ConfigFile> of(ContainerName container, Properties unit) {
    var paths = new ArrayList<Path>();
    Stream.concat(Stream.of(unit.text("FragmentPath")), unit.list("DropInPaths").stream())
        .map(Object::toString)
        .filter(path -> path.startsWith("/"))
        .map(Path::of)
        .forEach(paths::add);
    NSPAWN.stream()
        .map(folder -> folder.resolve(container + ".nspawn"))
        .filter(Files::isRegularFile)
        .findFirst()
        .ifPresent(paths::add);
    return paths.stream().limit(MOST).flatMap(path -> read(path).stream()).toList();
  }

  private static Optional<ConfigFile> read(Path path) {
    try (var in = Files.newInputStream(path)) {
      var text = new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8);
      return Optional.of(new ConfigFile(path.toString(), text));
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
