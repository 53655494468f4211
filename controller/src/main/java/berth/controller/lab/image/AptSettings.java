package berth.controller.lab.image;

import berth.controller.lab.machine.Processes;
import java.util.List;

/**
 * The settings of this machine's apt that decide whether its package sources can be reached and
 * believed at all: proxies, and how strictly dates are taken (apt.conf(5)). A root file system made
 * from the same sources needs the same.
 */
final class AptSettings {
  private static final List<String> NEEDED =
      List.of(
          "Acquire::http::Proxy",
          "Acquire::https::Proxy",
          "Acquire::Check-Valid-Until",
          "Acquire::Check-Date");

  private AptSettings() {}

  /** The settings as apt's configuration spells them; none where there is no apt. */
  static List<String> ofThisMachine() {
    return Processes.exists("apt-config")
        ? needed(Processes.run("apt-config", "dump").out())
        : List.of();
  }

  static List<String> needed(String dump) {
    return dump.lines()
        .filter(line ->
            NEEDED.stream().anyMatch(name -> line.regionMatches(true, 0, name, 0, name.length())))
        .filter(line -> !line.contains(" \"\";"))
        .map(line -> line.replaceFirst(";$", ""))
        .toList();
  }
}
