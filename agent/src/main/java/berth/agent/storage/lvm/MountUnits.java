package berth.agent.storage.lvm;

import berth.agent.linux.FileSystem;
import berth.agent.linux.PlainFile;
import berth.agent.storage.Mounts;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mount units of one pool, as files that systemd reads. */
final class MountUnits {
  private static final Logger LOG = LoggerFactory.getLogger(MountUnits.class);
  private static final Path UNITS = Path.of("/etc/systemd/system");
  private static final String WANTS = "machines.target.wants";

  /** A log that was cut off takes its time to be played back. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Path units;
  private final String group;
  private final Path folder;
  private final Systemd systemd;

  /** Those of a volume group that mount in a folder. */
  MountUnits(String group, Path folder, Systemd systemd) {
    this(UNITS, group, folder, systemd);
  }

  MountUnits(Path units, String group, Path folder, Systemd systemd) {
    this.units = units;
    this.group = group;
    this.folder = folder;
    this.systemd = systemd;
  }

  /** That of a container. */
  Optional<MountUnit> find(ContainerName container) {
    try {
      return read(units.resolve(MountUnit.name(folder, container)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All of them, in order of the containers' names. */
  List<MountUnit> all() throws IOException {
    var all = new ArrayList<MountUnit>();
    var pattern = MountUnit.escaped(folder).replace("\\", "\\\\") + "-*.mount";
    try (var files = Files.newDirectoryStream(units, pattern)) {
      for (var file : files) {
        read(file).ifPresent(all::add);
      }
    }
    all.sort(Comparator.comparing(MountUnit::container));
    return all;
  }

  /**
   * Writes one, for this boot and those to come; {@link #reload} has systemd know it. What is
   * enabled stands in a folder of links (systemctl(1), {@code enable}).
   */
  void put(MountUnit unit) throws IOException {
    var file = units.resolve(unit.name());
    var link = link(unit);
    Files.createDirectories(link.getParent());
    if (!Files.isSymbolicLink(link)) {
      Files.createSymbolicLink(link, file);
    }
    FileSystem.syncEntries(link.getParent());
    PlainFile.replace(file, unit.text(), "rw-r--r--");
  }

  /** Whether there is a file of its name, also one that can't be read as a volume's. */
  boolean exists(MountUnit unit) {
    return Files.exists(units.resolve(unit.name()), LinkOption.NOFOLLOW_LINKS);
  }

  /** Takes one away, with the folder that it was mounted on, if that is empty. */
  void remove(MountUnit unit) throws IOException {
    try {
      Files.deleteIfExists(unit.where());
    } catch (DirectoryNotEmptyException _) {
      LOG.info("{} stays: something else is in it", unit.where());
    }
    Files.deleteIfExists(link(unit));
    Files.deleteIfExists(units.resolve(unit.name()));
    FileSystem.syncEntries(units);
  }

  void reload() {
    systemd.reload();
  }

  /** Mounts what systemd knows by now; what is mounted already is fine. */
  void mount(MountUnit unit) throws IOException {
    if (Mounts.has(unit.where())) {
      return;
    }
    var name = new UnitName(unit.name());
    try {
      var result = systemd.start(name, LIMIT);
      if (!result.isDone() || !Mounts.has(unit.where())) {
        throw failed(unit, new IllegalStateException(result.toString()));
      }
    } catch (BusException e) {
      throw failed(unit, e);
    }
  }

  private static BerthException failed(MountUnit unit, Exception why) {
    return new BerthException(
        new Problem(
            ProblemCode.FAILED,
            "the volume of " + unit.container() + " can't be mounted: " + why.getMessage(),
            "see: journalctl -u '" + unit.name() + "'"),
        why);
  }

  private Path link(MountUnit unit) {
    return units.resolve(WANTS).resolve(unit.name());
  }

  private Optional<MountUnit> read(Path file) throws IOException {
    return PlainFile.read(file).flatMap(text -> MountUnit.parse(text, group, folder));
  }
}
