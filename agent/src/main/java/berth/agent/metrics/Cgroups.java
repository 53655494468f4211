package berth.agent.metrics;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the control groups (cgroups(7), version 2) of units by a process in them. */
public final class Cgroups {
  private static final String UNIFIED = "0::";

  private final Path root;
  private final Path proc;

  /**
   * The control groups of a machine.
   *
   * @param filesystem where its root is, {@code /} but for tests
   */
  public Cgroups(Path filesystem) {
    this.proc = filesystem.resolve("proc");
    this.root = mounted(filesystem);
  }

  /**
   * The group of a unit that has the process in it, or in a group below it; empty where that
   * process is gone or is elsewhere.
   */
  public Optional<Path> of(String unit, long process) {
    return new KernelFile(proc.resolve(process + "/cgroup"))
        .lines().stream()
            .filter(line -> line.startsWith(UNIFIED))
            .map(line -> line.substring(UNIFIED.length()))
            .findFirst()
            .flatMap(path -> upTo(unit, path))
            .map(path -> root.resolve(path.substring(1)))
            .filter(Files::isDirectory);
  }

  private static Optional<String> upTo(String unit, String path) {
    var at = (path + "/").indexOf("/" + unit + "/");
    return at < 0 ? Optional.empty() : Optional.of(path.substring(0, at + 1 + unit.length()));
  }

  /** Hybrid machines have the second version beside the first. */
  private static Path mounted(Path filesystem) {
    var usual = filesystem.resolve("sys/fs/cgroup");
    var hybrid = usual.resolve("unified");
    return Files.isDirectory(hybrid) ? hybrid : usual;
  }
}
