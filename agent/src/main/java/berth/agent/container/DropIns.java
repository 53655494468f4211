package berth.agent.container;

import berth.agent.linux.FileSystem;
import berth.agent.systemd.UnitName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The drop-ins of containers' units (systemd.unit(5)): those of people, and what was set by {@code
 * systemctl set-property}. systemd must read its files again after a change.
 */
final class DropIns {
  private final List<Path> folders;

  DropIns() {
    this(
        Stream.of("/etc/systemd", "/run/systemd")
            .flatMap(top -> Stream.of("system", "system.control").map(kind -> Path.of(top, kind)))
            .toList());
  }

  DropIns(List<Path> folders) {
    this.folders = folders;
  }

  /** Whether a unit has any. */
  boolean exist(UnitName unit) {
    return folders.stream().anyMatch(folder -> Files.isDirectory(of(unit, folder)));
  }

  /** Gives one unit what another has; tells whether there was anything. */
  boolean copy(UnitName from, UnitName to) throws IOException {
    return each(from, to, false);
  }

  /** The same, and takes it from the other; what was moved before stays where it is. */
  boolean move(UnitName from, UnitName to) throws IOException {
    return each(from, to, true);
  }

  private boolean each(UnitName from, UnitName to, boolean move) throws IOException {
    var any = false;
    for (var folder : folders) {
      var source = of(from, folder);
      if (Files.isDirectory(source)) {
        any = true;
        take(source, of(to, folder), move);
        FileSystem.syncEntries(folder);
      }
    }
    return any;
  }

  private static void take(Path source, Path target, boolean move) throws IOException {
    Files.createDirectories(target);
    try (var files = Files.newDirectoryStream(source)) {
      for (var file : files) {
        var there = target.resolve(file.getFileName());
        if (move) {
          Files.move(file, there, StandardCopyOption.ATOMIC_MOVE);
        } else {
          Files.copy(file, there, StandardCopyOption.REPLACE_EXISTING, LinkOption.NOFOLLOW_LINKS);
        }
      }
    }
    FileSystem.syncEntries(target);
    if (move) {
      Files.delete(source);
    }
  }

  private static Path of(UnitName unit, Path folder) {
    return folder.resolve(unit + ".d");
  }
}
