package berth.controller.transfer;

import berth.controller.model.Transfer;
import berth.controller.model.TransferId;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that grow piece by piece, each known by an id that nobody can guess. They survive a crash,
 * as what is cut off is to go on. Its file's time tells when one was used last, or until when an
 * operation may begin that will use it, so that also what a crash left behind is swept in time.
 */
public final class TransferStore implements AutoCloseable {
  /** How long one is kept that nobody uses. */
  public static final Duration IDLE = Duration.ofHours(1);

  /** What the disk keeps free for everything else that the controller writes. */
  private static final long RESERVE = 256L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(TransferStore.class);

  private final Path folder;
  private final WorkerExecutor workers;
  private final InstantSource clock;

  private TransferStore(Path folder, WorkerExecutor workers, InstantSource clock) {
    this.folder = folder;
    this.workers = workers;
    this.clock = clock;
  }

  /** Opens the store in a folder, which is made where it is missing. Blocks. */
  public static TransferStore open(Vertx vertx, Path folder, InstantSource clock)
      throws IOException {
    Files.createDirectories(folder);
    return new TransferStore(folder, vertx.createSharedWorkerExecutor("transfers", 4), clock);
  }

  /** Begins an empty one. */
  public Future<Transfer> begin() {
    return work(() -> {
      var transfer = new Transfer(TransferId.next(), ByteSize.of(0));
      var owners = PosixFilePermissions.fromString("rw-------");
      var file = file(transfer.transfer());
      Files.createFile(file, PosixFilePermissions.asFileAttribute(owners));
      set(file, clock.instant());
      return transfer;
    });
  }

  /**
   * Opens one to write a piece from a place on; what was there from that place on is gone. {@code
   * CONFLICT} where there is a gap before it.
   */
  public Future<TransferWriter> append(TransferId id, long offset) {
    return work(() -> {
      var file = file(id);
      var size = size(file);
      if (offset > size) {
        throw new BerthException(
            ProblemCode.CONFLICT,
            "the transfer has " + size + " bytes, not " + offset,
            "send what is missing first");
      }
      var used = Files.getLastModifiedTime(file).toInstant();
      var channel = FileChannel.open(file, StandardOpenOption.WRITE);
      return new TransferWriter(this, id, channel.truncate(offset).position(offset), used);
    });
  }

  /** The file of one as it is now; {@code NOT_FOUND} where there is none. */
  public Future<StoredTransfer> find(TransferId id) {
    return work(() -> {
      var file = file(id);
      var size = size(file);
      use(file, clock.instant());
      return new StoredTransfer(new Transfer(id, ByteSize.of(size)), file);
    });
  }

  /** Keeps one so long at least, because something that may begin so late will ask for it. */
  public Future<Void> hold(TransferId id, Duration time) {
    return work(() -> {
      size(file(id));
      use(file(id), clock.instant().plus(time));
      return null;
    });
  }

  /** Forgets one; nothing where there is none. */
  public Future<Void> end(TransferId id) {
    return work(() -> {
      Files.deleteIfExists(file(id));
      return null;
    });
  }

  /** Forgets those that nobody asked for in time. */
  public Future<Void> sweep() {
    return work(() -> {
      try (var files = Files.newDirectoryStream(folder)) {
        for (var file : files) {
          if (Files.getLastModifiedTime(file).toInstant().plus(IDLE).isBefore(clock.instant())) {
            Files.deleteIfExists(file);
            LOG.info("a transfer that nobody used for {} is gone", IDLE);
          }
        }
      }
      return null;
    });
  }

  @Override
  public void close() {
    workers.close();
  }

  /** Refuses a piece that would leave too little for everything else. */
  void requireSpace(long bytes) throws IOException {
    var free = Files.getFileStore(folder).getUsableSpace();
    if (free - bytes < RESERVE) {
      throw noSpace(free);
    }
  }

  /** A write has moved the file's time: sets it to when it was used before, or now. */
  void written(TransferId id, Instant used) throws IOException {
    if (Files.exists(file(id))) {
      set(file(id), later(used, clock.instant()));
    }
  }

  /** Does file work where it may block, and tells a full disk as what it is. */
  <T> Future<T> work(Callable<T> task) {
    return workers.executeBlocking(
        () -> {
          try {
            return task.call();
          } catch (IOException e) {
            throw isFull(e) ? noSpace(Files.getFileStore(folder).getUsableSpace()) : e;
          }
        },
        false);
  }

  private Path file(TransferId id) {
    return folder.resolve(id.hex());
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      throw new BerthException(
          new Problem(
              ProblemCode.NOT_FOUND,
              "there is no such transfer, or no more",
              Optional.of("begin the copy again"),
              List.of()),
          e);
    }
  }

  private static void use(Path file, Instant at) throws IOException {
    set(file, later(at, Files.getLastModifiedTime(file).toInstant()));
  }

  private static void set(Path file, Instant at) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(at));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /** The JDK tells ENOSPC and EDQUOT in the message alone (strerror(3)). */
  private static boolean isFull(IOException e) {
    var message = String.valueOf(e.getMessage());
    return message.contains("No space left on device") || message.contains("quota exceeded");
  }

  private BerthException noSpace(long free) {
    return new BerthException(
        ProblemCode.NO_SPACE,
        "no room to copy by way of the controller: "
            + new ByteSize(free)
            + " are left in "
            + folder
            + ", of which "
            + new ByteSize(RESERVE)
            + " stay free",
        "free some on the controller's disk and copy again");
  }
}
