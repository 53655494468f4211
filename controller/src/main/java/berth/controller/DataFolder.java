package berth.controller;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The folder of everything that a controller keeps, held by one controller at a time. The lock ends
 * with its process, however that ends.
 */
final class DataFolder {
  private static final String OWNER_ONLY = "rwx------";

  private final Path path;
  private final FileChannel lock;

  private DataFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Makes the folder where it is missing, and takes it; {@code CONFLICT} where it is taken. */
  static DataFolder take(Path path) throws IOException {
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
    var lock =
        FileChannel.open(
            path.resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    if (!locked(lock)) {
      lock.close();
      throw new BerthException(
          new Problem(
              ProblemCode.CONFLICT,
              "another controller uses the data folder " + path + holder(path),
              "end it first, or give this one a folder of its own with --data"));
    }
    lock.truncate(0);
    lock.write(
        ByteBuffer.wrap(
            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)),
        0);
    return new DataFolder(path, lock);
  }

  Path database() {
    return path.resolve("berth.db");
  }

  Path broker() {
    return path.resolve("broker");
  }

  Path uploads() {
    return path.resolve("uploads");
  }

  Path transfers() {
    return path.resolve("transfers");
  }

  /** Lets another controller have it. */
  Future<Void> release() {
    try {
      lock.close();
      return Future.succeededFuture();
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
  }

  private static boolean locked(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String holder(Path path) throws IOException {
    var pid = Files.readString(path.resolve("lock")).strip();
    return pid.isEmpty() ? "" : " (process " + pid + ")";
  }
}
