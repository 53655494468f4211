package berth.agent.copy;

import berth.agent.linux.Fd;
import berth.agent.linux.FileStatus;
import berth.agent.linux.Folder;
import berth.agent.linux.LinuxException;
import berth.agent.linux.RootedPath;
import berth.protocol.BerthException;
import berth.protocol.InnerPath;
import berth.protocol.ProblemCode;
import java.util.Optional;

/**
 * The root of a container, as it is mounted inside while the container runs.
 *
 * @param ids by which the host knows the container's users in there
 */
record ContainerRoot(Folder folder, Ids ids) implements AutoCloseable {
  private static final int OTHERS_READ = 04;

  /** What a path leads to, links followed; empty where there is nothing. */
  Optional<Fd> find(InnerPath path) throws LinuxException {
    try {
      return Optional.of(RootedPath.open(folder.fd(), path.value()));
    } catch (LinuxException e) {
      return switch (e.errno()) {
        case LinuxException.ENOENT, LinuxException.ENOTDIR -> Optional.empty();
        case LinuxException.ELOOP ->
            throw new BerthException(
                ProblemCode.INVALID, path + " leads round and round by symbolic links");
        default -> throw e;
      };
    }
  }

  /** A folder, links followed; empty where there is nothing, or something else. */
  Optional<Folder> findFolder(InnerPath path) throws LinuxException {
    Optional<Fd> found = find(path);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (Fd place = found.get()) {
      return FileStatus.of(place).type() == FileStatus.Type.FOLDER
          ? Optional.of(Folder.reopen(place))
          : Optional.empty();
    }
  }

  /** Refuses to change what is only lent to the container. */
  static void requireOwn(Ids ids, Folder folder, String shown) throws LinuxException {
    if (!ids.own(FileStatus.of(folder.fd()))) {
      throw lent(shown);
    }
  }

  /** Refuses to read what is only lent to the container and not readable to everybody. */
  static void requireReadable(Ids ids, FileStatus file, String shown) {
    if (!ids.own(file) && (file.mode() & OTHERS_READ) == 0) {
      throw lent(shown);
    }
  }

  private static BerthException lent(String shown) {
    return new BerthException(
        ProblemCode.DENIED,
        shown + " belongs to a user of the host's whom the container does not have",
        "copy to or from its place on the host");
  }

  @Override
  public void close() {
    folder.close();
  }
}
