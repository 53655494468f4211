package berth.controller.cli;

import berth.controller.model.Transfer;
import berth.controller.model.TransferId;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.time.Duration;

/**
 * Sends a stream to the controller, piece by piece; a piece that was not acknowledged is sent
 * again, also across the controller's restart.
 */
final class TransferSender extends OutputStream {
  static final Duration PATIENCE = Duration.ofMinutes(2);
  static final Duration PAUSE = Duration.ofMillis(500);
  private static final int PIECE = 4 << 20;

  private final ApiClient api;
  private final TransferId transfer;
  private final Progress progress;
  private final MessageDigest digest = Digests.sha256();
  private final byte[] piece = new byte[PIECE];
  private int filled;
  private long sent;
  private long shown = System.nanoTime();

  TransferSender(ApiClient api, TransferId transfer, Progress progress) {
    this.api = api;
    this.transfer = transfer;
    this.progress = progress;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    digest.update(bytes, offset, length);
    for (var at = 0; at < length; ) {
      var count = Math.min(length - at, PIECE - filled);
      System.arraycopy(bytes, offset + at, piece, filled, count);
      filled += count;
      at += count;
      if (filled == PIECE) {
        send();
      }
    }
  }

  /** Sends the rest; the SHA-256 of all that was sent. */
  Sha256 complete() throws IOException {
    if (filled > 0) {
      send();
    }
    return Sha256.of(digest.digest());
  }

  private void send() throws IOException {
    for (var giveUp = System.nanoTime() + PATIENCE.toNanos(); ; pause()) {
      try {
        post();
        sent += filled;
        filled = 0;
        show();
        return;
      } catch (BerthException e) {
        if (e.problem().code() != ProblemCode.UNAVAILABLE || System.nanoTime() > giveUp) {
          throw e;
        }
      } catch (IOException e) {
        if (System.nanoTime() > giveUp) {
          throw e;
        }
      }
      progress.show("the controller is away, waiting for it");
    }
  }

  private void show() {
    if (System.nanoTime() - shown > 1_000_000_000) {
      shown = System.nanoTime();
      progress.show("sent " + new ByteSize(sent));
    }
  }

  private void post() throws IOException {
    var connection = api.upload("transfers/" + transfer.hex() + "?offset=" + sent, filled);
    try (var out = api.body(connection)) {
      out.write(piece, 0, filled);
    } catch (IOException e) {
      // A refusal comes as an answer while we still write; answer() tells it, else the break.
      if (connection.getResponseCode() < 400) {
        throw e;
      }
    }
    api.answer(connection, Transfer.class);
  }

  static void pause() throws InterruptedIOException {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }
}
