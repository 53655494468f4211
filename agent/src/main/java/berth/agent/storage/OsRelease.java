package berth.agent.storage;

import berth.agent.linux.RootedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a tree says of itself in os-release(5). The tree may be somebody else's. */
public final class OsRelease {
  private static final List<String> PLACES = List.of("etc/os-release", "usr/lib/os-release");
  private static final int MOST = 16 * 1024;
  private static final int SHOWN = 120;

  private OsRelease() {}

  /** A tree's PRETTY_NAME, fit for showing; empty where there is none that can be read. */
  public static Optional<String> prettyName(Path tree) {
    return field(tree, "PRETTY_NAME");
  }

  /** A tree's VERSION_CODENAME, such as {@code trixie}. */
  public static Optional<String> codeName(Path tree) {
    return field(tree, "VERSION_CODENAME");
  }

  private static Optional<String> field(Path tree, String name) {
    try (var files = RootedFiles.at(tree)) {
      return field(files, name);
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static Optional<String> field(RootedFiles files, String name) throws IOException {
    for (var place : PLACES) {
      var text = files.read(place, MOST);
      if (text.isPresent()) {
        return text.get()
            .lines()
            .filter(line -> line.startsWith(name + "="))
            .map(line -> shown(line.substring(name.length() + 1)))
            .findFirst();
      }
    }
    return Optional.empty();
  }

  private static String shown(String value) {
    var bare = value.strip();
    if (bare.length() > 1 && "\"'".indexOf(bare.charAt(0)) >= 0) {
      bare = bare.substring(1, bare.length() - 1).replaceAll("\\\\(.)", "$1");
    }
    var printable = bare.replaceAll("\\p{Cntrl}", "?");
    return printable.substring(0, Math.min(SHOWN, printable.length()));
  }
}
