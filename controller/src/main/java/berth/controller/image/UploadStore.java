package berth.controller.image;

import berth.controller.model.Upload;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;

/**
 * Files known by their content, in a folder of their own. A file is there whole under its SHA-256
 * or not at all: it grows under a hidden name, is flushed to the disk and renamed last. What a
 * crash left behind is swept when the store is opened.
 */
public final class UploadStore implements AutoCloseable {
  private static final String UNFINISHED = ".unfinished-";

  private final Path folder;
  private final WorkerExecutor workers;

  private UploadStore(Path folder, WorkerExecutor workers) {
    this.folder = folder;
    this.workers = workers;
  }

  /** Opens the store in a folder, which is made where it is missing. Blocks. */
  public static UploadStore open(Vertx vertx, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (var leftovers = Files.newDirectoryStream(folder, UNFINISHED + "*")) {
      for (var leftover : leftovers) {
        Files.delete(leftover);
      }
    }
    return new UploadStore(folder, vertx.createSharedWorkerExecutor("uploads", 4));
  }

  /**
   * Begins a new file; {@code NO_SPACE} where it is known not to fit.
   *
   * @param size the number of bytes to come, where it is known
   */
  public Future<UploadWriter> begin(OptionalLong size) {
    return work(() -> {
      var free = Files.getFileStore(folder).getUsableSpace();
      if (size.orElse(0) > free) {
        throw noSpace(folder);
      }
      return new UploadWriter(this, folder.resolve(UNFINISHED + UUID.randomUUID()));
    });
  }

  /** The upload with this content; {@code NOT_FOUND} where there is none. */
  public Future<StoredUpload> find(Sha256 sha256) {
    return work(() -> {
      var file = folder.resolve(sha256.hex());
      try {
        return new StoredUpload(new Upload(sha256, ByteSize.of(Files.size(file))), file);
      } catch (NoSuchFileException e) {
        throw new BerthException(
            new Problem(ProblemCode.NOT_FOUND, "there is no upload " + sha256), e);
      }
    });
  }

  @Override
  public void close() {
    workers.close();
  }

  Path folder() {
    return folder;
  }

  /** Does file work where it may block, and tells a full disk as what it is. */
  <T> Future<T> work(Callable<T> task) {
    return workers.executeBlocking(
        () -> {
          try {
            return task.call();
          } catch (IOException e) {
            throw isFull(e) ? noSpace(folder) : e;
          }
        },
        false);
  }

  /** The JDK tells ENOSPC and EDQUOT in the message alone (strerror(3)). */
  private static boolean isFull(IOException e) {
    var message = String.valueOf(e.getMessage());
    return message.contains("No space left on device") || message.contains("quota exceeded");
  }

  private static BerthException noSpace(Path folder) {
    return new BerthException(
        ProblemCode.NO_SPACE,
        "no room for the upload in " + folder,
        "free some on the controller's disk and send it again");
  }
}
