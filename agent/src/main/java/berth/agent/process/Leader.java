package berth.agent.process;

import berth.agent.linux.Directory;
import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.linux.RootedFiles;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The init of a container as its folder in /proc shows it (proc(5)), by a handle: where it ends and
 * its number is used again, nothing of the other process is ever taken for its own.
 */
final class Leader implements AutoCloseable {
  private static final int MOST = 16 << 10;
  private static final String BOUNDING = "CapBnd:";

  private final long pid;
  private final Fd folder;

  private Leader(long pid, Fd folder) {
    this.pid = pid;
    this.folder = folder;
  }

  /**
   * The process of this number.
   *
   * @param group that it must be in or below, as systemd names it: else the number is another's by
   *     now
   * @return empty where it is gone
   */
  static Optional<Leader> of(long pid, String group) {
    try {
      var leader = new Leader(pid, Directory.open(Path.of("/proc", Long.toString(pid))));
      if (!group.isEmpty() && leader.isIn(group)) {
        return Optional.of(leader);
      }
      leader.close();
    } catch (LinuxException _) {
      // it is gone
    }
    return Optional.empty();
  }

  /** A file of its folder as other processes of the host find it while this is open. */
  String path(String name) {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + folder.number() + "/" + name;
  }

  /** Whether it has not ended. */
  boolean isAlive() {
    return !read("status").isEmpty();
  }

  /**
   * Whether nspawn has made room for the container's own program: before that the process still has
   * rights that it gives up. Where that program is the second one, nspawn stays the first.
   *
   * @param nspawn the number of the process that runs the container on the host
   */
  boolean isOnItsOwn(long nspawn) {
    var program = Path.of("/proc", Long.toString(nspawn), "exe");
    return isAnother(own("exe"), program)
        || read("task/" + pid + "/children")
            .lines()
            .flatMap(line -> Stream.of(line.strip().split(" ", -1)))
            .filter(child -> !child.isEmpty())
            .anyMatch(child -> isAnother(Path.of("/proc", child, "exe"), program));
  }

  private static boolean isAnother(Path program, Path other) {
    try {
      return !Files.isSameFile(program, other);
    } catch (IOException _) {
      return false; // one of them is gone
    }
  }

  /** What its program calls itself. */
  String command() {
    return read("comm").strip();
  }

  /** Whether it numbers its users in its own way (user_namespaces(7)). */
  boolean hasOwnUsers() throws IOException {
    var host = Files.readSymbolicLink(Path.of("/proc/1/ns/user"));
    return !host.equals(Files.readSymbolicLink(own("ns/user")));
  }

  /** The host's number for a user or group of the container's; empty where it has none. */
  Optional<Long> onHost(long id) {
    return read("uid_map")
        .lines()
        .map(line -> line.strip().split("\\s+", -1))
        .filter(f -> f.length == 3)
        .map(f -> Stretch.of(f[0], f[1], f[2]))
        .filter(stretch -> stretch.has(id))
        .map(stretch -> stretch.outside() + id - stretch.inside())
        .findFirst();
  }

  /** The capabilities that nothing in the container ever gets past, by their numbers. */
  List<Integer> capabilities() {
    var bits =
        read("status")
            .lines()
            .filter(line -> line.startsWith(BOUNDING))
            .map(line -> new BigInteger(line.substring(BOUNDING.length()).strip(), 16))
            .findFirst()
            .orElse(BigInteger.ZERO);
    return IntStream.range(0, bits.bitLength()).filter(bits::testBit).boxed().toList();
  }

  /** The files of the container, as it has them mounted. */
  RootedFiles root() throws LinuxException {
    return RootedFiles.at(Directory.open(own("root/.")));
  }

  @Override
  public void close() {
    folder.close();
  }

  private boolean isIn(String group) {
    return read("cgroup")
        .lines()
        .map(line -> line.split(":", 3)[2] + "/")
        .anyMatch(path -> path.startsWith(group + "/"));
  }

  private Path own(String name) {
    return Path.of("/proc/self/fd", Integer.toString(folder.number()), name);
  }

  private String read(String name) {
    try (var in = Files.newInputStream(own(name))) {
      return new String(in.readNBytes(MOST), StandardCharsets.UTF_8);
    } catch (IOException _) {
      return "";
    }
  }

  /** A line of a uid_map. */
  private record Stretch(long inside, long outside, long count) {
    static Stretch of(String inside, String outside, String count) {
      return new Stretch(Long.parseLong(inside), Long.parseLong(outside), Long.parseLong(count));
    }

    boolean has(long id) {
      return id >= inside && id - inside < count;
    }
  }
}
