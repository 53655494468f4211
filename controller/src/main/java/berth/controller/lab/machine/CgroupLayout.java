package berth.controller.lab.machine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How this machine mounts its control groups (cgroups(7)).
 *
 * @param unified the folder of the version 2 hierarchy
 * @param named systemd's own version 1 hierarchy, which a hybrid layout has beside it
 */
public record CgroupLayout(Path unified, Optional<Path> named) {
  /**
   * The layout of the machine; empty where there is no version 2 hierarchy that systemd can use.
   */
  public static Optional<CgroupLayout> of(Mounts mounts) {
    var named =
        mounts.all().stream()
            .filter(mount -> mount.type().equals("cgroup"))
            .filter(mount -> mount.options().contains("name=systemd"))
            .map(Mounts.Mount::point)
            .findFirst();
    return mounts.all().stream()
        .filter(mount -> mount.type().equals("cgroup2"))
        .map(Mounts.Mount::point)
        .findFirst()
        .filter(unified -> isPure(unified) || named.isPresent())
        .map(unified -> new CgroupLayout(unified, isPure(unified) ? Optional.empty() : named));
  }

  /** Whether version 2 is all there is, as systemd wants it from 258 on. */
  public boolean pure() {
    return named.isEmpty();
  }

  /** The hierarchies that a process must enter. */
  public List<Path> roots() {
    return named.map(systemd -> List.of(unified, systemd)).orElse(List.of(unified));
  }

  private static boolean isPure(Path unified) {
    return unified.equals(Path.of("/sys/fs/cgroup"));
  }
}
