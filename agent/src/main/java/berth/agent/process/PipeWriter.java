package berth.agent.process;

import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Reactor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * What goes into a program. A write ends when the pipe has taken it all: who waits for that before
 * the next write keeps nothing in memory. May be used by any thread.
 */
public final class PipeWriter implements AutoCloseable {
  /** The most bytes that may wait. */
  public static final int MOST_WAITING = 1 << 20;

  private final Reactor reactor;
  private final Fd fd;
  private final Reactor.Registration registration;
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private int waiting;
  private boolean ending;

  private record Piece(ByteBuffer bytes, CompletableFuture<Void> written) {}

  PipeWriter(Reactor reactor, Fd fd) {
    this.reactor = reactor;
    this.fd = fd;
    this.registration = reactor.register(fd, events -> flush());
  }

  /**
   * Writes these bytes after those before. The future ends on a virtual thread, and fails with an
   * IOException where the program no longer reads or too much waits.
   */
  public CompletableFuture<Void> write(byte[] bytes) {
    var written = new CompletableFuture<Void>();
    reactor.execute(() -> add(new Piece(ByteBuffer.wrap(bytes), written)));
    return written;
  }

  /** Tells the program the end, after what was written before. */
  public void end() {
    reactor.execute(() -> {
      ending = true;
      flush();
    });
  }

  /** Tells the end at once; what waits fails. */
  @Override
  public void close() {
    reactor.execute(() -> abandon(new IOException("the program's input was closed")));
  }

  private void add(Piece piece) {
    if (ending || !fd.isOpen()) {
      fail(piece, new IOException("the program no longer reads"));
    } else if (waiting + piece.bytes.remaining() > MOST_WAITING) {
      fail(piece, new IOException("more than " + MOST_WAITING + " bytes wait for the program"));
    } else {
      waiting += piece.bytes.remaining();
      pieces.add(piece);
      flush();
    }
  }

  private void flush() {
    while (fd.isOpen() && !pieces.isEmpty()) {
      Piece piece = pieces.getFirst();
      ByteBuffer bytes = piece.bytes;
      int count = bytes.hasRemaining() ? fd.write(bytes) : 0;
      if (count == -LinuxException.EAGAIN) {
        break;
      }
      if (count < 0) {
        abandon(new IOException("the program no longer reads"));
        return;
      }
      waiting -= count;
      if (!bytes.hasRemaining()) {
        pieces.removeFirst();
        Thread.startVirtualThread(() -> piece.written.complete(null));
      }
    }
    if (fd.isOpen()) {
      settle();
    }
  }

  private void settle() {
    if (ending && pieces.isEmpty()) {
      abandon(new IOException("the program's input has ended"));
    } else {
      registration.interest(pieces.isEmpty() ? 0 : Reactor.WRITABLE);
    }
  }

  private void abandon(IOException reason) {
    ending = true;
    if (fd.isOpen()) {
      registration.close();
      fd.close();
    }
    pieces.forEach(piece -> fail(piece, reason));
    pieces.clear();
  }

  private static void fail(Piece piece, IOException reason) {
    Thread.startVirtualThread(() -> piece.written.completeExceptionally(reason));
  }
}
