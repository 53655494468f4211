package berth.controller.image;

import berth.controller.model.Upload;
import berth.protocol.ByteSize;
import berth.protocol.Sha256;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Callable;

/**
 * Takes the bytes of one new file. One call at a time: the next when the last one's future is done.
 * End it with {@link #finish} or {@link #discard}; a failed call has discarded it already.
 */
public final class UploadWriter {
  private final UploadStore store;
  private final Path unfinished;
  private final FileChannel channel;
  private final MessageDigest digest;
  private long size;

  UploadWriter(UploadStore store, Path unfinished) throws IOException {
    this.store = store;
    this.unfinished = unfinished;
    this.digest = sha256();
    this.channel =
        FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Appends a piece; {@code NO_SPACE} where the disk is full. */
  public Future<Void> write(Buffer piece) {
    return step(() -> {
      var bytes = piece.getBytes();
      digest.update(bytes);
      size += bytes.length;
      var buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      return null;
    });
  }

  /** Makes the file durable and known by its content. The same content twice is one file. */
  public Future<Upload> finish() {
    return step(() -> {
      channel.force(true);
      channel.close();
      var upload = new Upload(Sha256.of(digest.digest()), ByteSize.of(size));
      var file = store.folder().resolve(upload.sha256().hex());
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      try (var folder = FileChannel.open(store.folder())) {
        folder.force(true);
      }
      return upload;
    });
  }

  /** Leaves nothing behind. */
  public Future<Void> discard() {
    return store.work(() -> {
      channel.close();
      Files.deleteIfExists(unfinished);
      return null;
    });
  }

  private <T> Future<T> step(Callable<T> task) {
    return store
        .work(task)
        .recover(failure -> discard().transform(_ -> Future.failedFuture(failure)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
