package berth.controller.cli;

import berth.controller.model.TransferId;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.security.MessageDigest;

/**
 * Receives a stream of a known size and SHA-256 from the controller, and goes on where it was cut
 * off.
 */
final class TransferReceiver {
  private final ApiClient api;
  private final TransferId transfer;
  private final Progress progress;
  private final MessageDigest digest = Digests.sha256();

  TransferReceiver(ApiClient api, TransferId transfer, Progress progress) {
    this.api = api;
    this.transfer = transfer;
    this.progress = progress;
  }

  /** Hands all of it on; fails where what was handed on is not what was sent. */
  void receive(ByteSize size, Sha256 wanted, OutputStream out) throws IOException {
    var received = 0L;
    for (var giveUp = deadline(); received < size.bytes(); ) {
      var before = received;
      received += some(received, size, out);
      giveUp = received > before ? deadline() : giveUp;
      if (System.nanoTime() > giveUp) {
        throw new BerthException(
            ProblemCode.UNAVAILABLE, "nothing came any more after " + new ByteSize(received));
      }
      if (received < size.bytes()) {
        progress.show("the controller is away, waiting for it");
        TransferSender.pause();
      }
    }
    out.flush();
    var found = Sha256.of(digest.digest());
    if (!found.equals(wanted)) {
      throw new BerthException(
          ProblemCode.FAILED,
          "what was received has the SHA-256 " + found + " instead of " + wanted,
          "copy it again");
    }
  }

  /** Receives from a place on until there is no more or the connection breaks. */
  private long some(long from, ByteSize size, OutputStream out) throws IOException {
    var received = 0L;
    try (var in = api.bytes("transfers/" + transfer.hex(), from)) {
      var buffer = new byte[256 * 1024];
      for (int n; (n = read(in, buffer)) > 0; received += n) {
        digest.update(buffer, 0, n);
        out.write(buffer, 0, n);
        requireWritten(out);
        var tenths = (from + received + n) * 10 / size.bytes();
        progress.show("received " + tenths * 10 + "% of " + size);
      }
    } catch (BerthException e) {
      if (e.problem().code() != ProblemCode.UNAVAILABLE) {
        throw e;
      }
    }
    return received;
  }

  /** Nothing where the connection is broken: what writes must fail, what reads goes on. */
  private static int read(InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException _) {
      return 0;
    }
  }

  /** Standard output tells only when it is asked. */
  private static void requireWritten(OutputStream out) {
    if (out instanceof PrintStream printed && printed.checkError()) {
      throw new BerthException(
          ProblemCode.FAILED,
          "the output can't be written: who reads it is gone, or the disk is full");
    }
  }

  private static long deadline() {
    return System.nanoTime() + TransferSender.PATIENCE.toNanos();
  }
}
