package berth.protocol.command;

import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.InnerPath;
import berth.protocol.Sha256;
import berth.protocol.SnapshotName;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;

/**
 * Copies files between a container and the controller, or a whole container to it, as a tar archive
 * (pax) that goes over HTTP. It waits for no other command: a copy of hours keeps nobody from
 * stopping the container.
 */
public sealed interface CopyCommand extends Command {
  /** The container it is about. */
  ContainerName container();

  /** Where the archive is: absolute, or a path beneath the controller's address. */
  URI location();

  /** Copies some of a container's files, of a running or a stopped one. */
  sealed interface FilesCommand extends CopyCommand {
    /** Where in the container. */
    InnerPath path();
  }

  /**
   * Puts what is in an archive into a container. A new folder appears when it is complete, and so
   * does each file in a folder that is there already; nothing is written past the path's folder.
   *
   * @param contents whether the members go into the folder {@code path} as they are; else the one
   *     member at the archive's top goes into the folder {@code path} under its own name, or
   *     becomes {@code path} where that is not there or is a file
   * @param owner whom all of it belongs to; empty for the owners in the archive, which are numbers
   *     as the container has them
   * @param sha256 of the archive
   * @param size of the archive in bytes
   */
  record CopyIn(
      ContainerName container,
      InnerPath path,
      boolean contents,
      Optional<FileOwner> owner,
      URI location,
      Sha256 sha256,
      ByteSize size)
      implements FilesCommand {
    public CopyIn {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(location, "location");
      Objects.requireNonNull(sha256, "sha256");
      Objects.requireNonNull(size, "size");
    }
  }

  /**
   * Sends a file or a folder of a container as an archive to where pieces are taken: each is posted
   * with its place, {@code ?offset=BYTES}, and sent again until it is acknowledged.
   *
   * @param path a symbolic link in its last place is copied as one, unless the path says that a
   *     folder is meant
   */
  record CopyOut(ContainerName container, InnerPath path, URI location) implements FilesCommand {
    public CopyOut {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(location, "location");
    }
  }

  /**
   * Sends a whole container as an archive, compressed by zstd, to where pieces are taken, as {@link
   * CopyOut} does: its files, its specification, and a SHA-256 of all of it. Refused with {@code
   * CONFLICT} for a running one without a snapshot.
   *
   * @param snapshot which of its snapshots; empty for the stopped container as it is
   */
  record ExportContainer(ContainerName container, Optional<SnapshotName> snapshot, URI location)
      implements CopyCommand {
    public ExportContainer {
      Objects.requireNonNull(container, "container");
      snapshot = snapshot == null ? Optional.empty() : snapshot;
      Objects.requireNonNull(location, "location");
    }
  }
}
