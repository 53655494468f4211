package berth.protocol.reply;

import berth.protocol.ByteSize;
import berth.protocol.Bytes;
import berth.protocol.ContainerName;
import berth.protocol.Sha256;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ImageState;
import berth.protocol.state.Inspection;
import berth.protocol.state.SnapshotState;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What a command that succeeded came to. */
public sealed interface Result {

  /** Nothing to tell beyond that it holds. */
  record Done() implements Result {}

  /** The container as it is now. */
  record ContainerResult(ContainerState container) implements Result {
    public ContainerResult {
      Objects.requireNonNull(container, "container");
    }
  }

  /** The image as it is now. */
  record ImageResult(ImageState image) implements Result {
    public ImageResult {
      Objects.requireNonNull(image, "image");
    }
  }

  /**
   * A program ran to its end; exactly one of exit code and signal is there.
   *
   * @param exitCode the program's own, 0 to 255
   * @param signal the signal that killed it (signal(7))
   * @param chunks how many output chunks were sent; their sequence numbers run from 1 to this
   * @param stdout the last of its standard output, at most 64 KiB
   * @param stderr the last of its standard error, at most 64 KiB
   * @param warnings what of its running was not as it should be, such as less isolation; a line
   *     each
   */
  record ProcessResult(
      Optional<Integer> exitCode,
      Optional<Integer> signal,
      long chunks,
      Bytes stdout,
      Bytes stderr,
      List<String> warnings)
      implements Result {
    public ProcessResult {
      warnings = warnings == null ? List.of() : List.copyOf(warnings);
      if (exitCode.isPresent() == signal.isPresent()) {
        throw new IllegalArgumentException("a process has either an exit code or a signal");
      }
    }

    /** One that ran as it should. */
    public ProcessResult(
        Optional<Integer> exitCode,
        Optional<Integer> signal,
        long chunks,
        Bytes stdout,
        Bytes stderr) {
      this(exitCode, signal, chunks, stdout, stderr, List.of());
    }
  }

  /** The container as it was seen from close by. */
  record InspectionResult(Inspection inspection) implements Result {
    public InspectionResult {
      Objects.requireNonNull(inspection, "inspection");
    }
  }

  /**
   * What was copied.
   *
   * @param sha256 of the archive that it went in
   * @param size of that archive in bytes
   * @param entries how many files, folders and links were copied
   * @param warnings what was left out or is not as it was, a line each
   */
  record CopyResult(Sha256 sha256, ByteSize size, long entries, List<String> warnings)
      implements Result {
    public CopyResult {
      Objects.requireNonNull(sha256, "sha256");
      Objects.requireNonNull(size, "size");
      warnings = warnings == null ? List.of() : List.copyOf(warnings);
    }
  }

  /**
   * The container that was made of an archive.
   *
   * @param warnings what was left out or is not as it was, a line each
   */
  record ImportResult(ContainerState container, List<String> warnings) implements Result {
    public ImportResult {
      Objects.requireNonNull(container, "container");
      warnings = warnings == null ? List.of() : List.copyOf(warnings);
    }
  }

  /** The snapshot that was made. */
  record SnapshotResult(ContainerName container, SnapshotState snapshot) implements Result {
    public SnapshotResult {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(snapshot, "snapshot");
    }
  }

  /** The snapshots that a container has, the oldest first. */
  record SnapshotsResult(ContainerName container, List<SnapshotState> snapshots) implements Result {
    public SnapshotsResult {
      Objects.requireNonNull(container, "container");
      snapshots = snapshots == null ? List.of() : List.copyOf(snapshots);
    }
  }

  /** A container is gone, and so many snapshots of it; one that had none is {@link Done}. */
  record RemovalResult(ContainerName container, int snapshots) implements Result {
    public RemovalResult {
      Objects.requireNonNull(container, "container");
    }
  }
}
