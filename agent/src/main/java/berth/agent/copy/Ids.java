package berth.agent.copy;

import berth.agent.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The numbers of users and groups: what the host has for those of a container (user_namespaces(7)).
 */
record Ids(List<Range> users, List<Range> groups) {
  /** Who a user is that a container does not have, as the kernel shows it. */
  static final long NOBODY = 65534;

  private static final long ALL = 0xFFFFFFFFL;
  private static final long USERS_OF_A_CONTAINER = 65536;

  /** Numbers that follow each other, from one on inside and from another one on outside. */
  record Range(long inside, long outside, long count) {}

  Ids {
    users = List.copyOf(users);
    groups = List.copyOf(groups);
  }

  /** The same inside as outside. */
  static Ids same() {
    return shifted(0, ALL);
  }

  /** Those of a running process. */
  static Ids of(int process) throws IOException {
    var proc = Path.of("/proc", Integer.toString(process));
    return new Ids(
        ranges(Files.readString(proc.resolve("uid_map"))),
        ranges(Files.readString(proc.resolve("gid_map"))));
  }

  /**
   * Those of a container that does not run, told by the owner of its root: systemd-nspawn leaves a
   * multiple of 65,536 there where it gave the tree to private users (systemd-nspawn(1), {@code
   * --private-users-ownership=chown}).
   */
  static Ids ofRoot(FileStatus root) {
    var base = root.uid() - root.uid() % USERS_OF_A_CONTAINER;
    return base == 0 ? same() : shifted(base, USERS_OF_A_CONTAINER);
  }

  static Ids shifted(long base, long count) {
    var range = List.of(new Range(0, base, count));
    return new Ids(range, range);
  }

  /** The host's number of a user of the container. */
  Optional<Long> hostUser(long inside) {
    return outside(users, inside);
  }

  Optional<Long> hostGroup(long inside) {
    return outside(groups, inside);
  }

  /** The container's number of a user of the host. */
  long user(long outside) {
    return inside(users, outside).orElse(NOBODY);
  }

  long group(long outside) {
    return inside(groups, outside).orElse(NOBODY);
  }

  /**
   * Whether the container's root may do what it likes with a file: it belongs to somebody whom the
   * container has. What a container was only lent, such as a folder of the host's that is bound
   * into it, does not (capabilities(7), "Interaction of user namespaces and capabilities").
   */
  boolean own(FileStatus file) {
    return inside(users, file.uid()).isPresent() && inside(groups, file.gid()).isPresent();
  }

  static List<Range> ranges(String map) {
    var ranges = new ArrayList<Range>();
    for (var line : map.lines().toList()) {
      var fields = line.strip().split("\\s+", -1);
      ranges.add(
          new Range(
              Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2])));
    }
    return ranges;
  }

  private static Optional<Long> outside(List<Range> ranges, long inside) {
    return ranges.stream()
        .filter(range -> inside >= range.inside && inside - range.inside < range.count)
        .map(range -> range.outside + (inside - range.inside))
        .findFirst();
  }

  private static Optional<Long> inside(List<Range> ranges, long outside) {
    return ranges.stream()
        .filter(range -> outside >= range.outside && outside - range.outside < range.count)
        .map(range -> range.inside + (outside - range.outside))
        .findFirst();
  }
}
