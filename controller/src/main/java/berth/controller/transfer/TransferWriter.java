package berth.controller.transfer;

import berth.controller.model.Transfer;
import berth.controller.model.TransferId;
import berth.protocol.ByteSize;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;

/**
 * Takes the bytes of one piece. One call at a time: the next when the last one's future is done.
 * End it with {@link #finish} or {@link #abandon}; what was written stays in either case.
 */
public final class TransferWriter {
  private final TransferStore store;
  private final TransferId id;
  private final FileChannel channel;
  private final Instant used;

  TransferWriter(TransferStore store, TransferId id, FileChannel channel, Instant used) {
    this.store = store;
    this.id = id;
    this.channel = channel;
    this.used = used;
  }

  /** Appends some bytes; {@code NO_SPACE} where the disk is full. */
  public Future<Void> write(Buffer bytes) {
    return store.work(() -> {
      store.requireSpace(bytes.length());
      var buffer = ByteBuffer.wrap(bytes.getBytes());
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      return null;
    });
  }

  /** The piece is there, also after a crash. */
  public Future<Transfer> finish() {
    return store.work(() -> {
      channel.force(false);
      var size = channel.size();
      close();
      return new Transfer(id, ByteSize.of(size));
    });
  }

  /** The sender went away in the middle of the piece, and will send it again. */
  public Future<Void> abandon() {
    return store.work(() -> {
      close();
      return null;
    });
  }

  private void close() throws IOException {
    channel.close();
    store.written(id, used);
  }
}
