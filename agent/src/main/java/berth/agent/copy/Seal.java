package berth.agent.copy;

import berth.agent.copy.tar.TarEntry;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * Sums up an archive while it is read, and compares that with what its last member says of all that
 * is before it.
 */
final class Seal extends FilterInputStream {
  private static final String MARK = "berth-sha256 ";
  private static final int SKIPPED = 8 << 10;

  private final MessageDigest digest = Summing.digest();
  private MessageDigest before = digest;
  private boolean closed;

  Seal(InputStream in) {
    super(in);
  }

  /** The comment of the last member. */
  static String comment(Sha256 sum) {
    return MARK + sum;
  }

  /** All that is before a member was read. */
  void mark() {
    try {
      before = (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's SHA-256 can be cloned", e);
    }
  }

  /** Looks at a member; refuses what is not sealed as it should be. */
  void see(TarEntry entry) {
    if (closed) {
      throw broken("more comes after what should be its last member");
    }
    var told = entry.comment().filter(comment -> comment.startsWith(MARK));
    if (told.isPresent()) {
      closed = true;
      if (!told.get().equals(comment(Sha256.of(before.digest())))) {
        throw broken("its SHA-256 is not the one that it was sealed with");
      }
    }
  }

  /** Refuses an archive without its last member. */
  void requireClosed() {
    if (!closed) {
      throw broken("it ends before its last member");
    }
  }

  private static BerthException broken(String what) {
    return new BerthException(
        ProblemCode.INVALID, "the archive is damaged: " + what, "export it again");
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    var count = in.read(bytes, offset, length);
    if (count > 0) {
      digest.update(bytes, offset, count);
    }
    return count;
  }

  /** What is skipped counts as well. */
  @Override
  public long skip(long bytes) throws IOException {
    return Math.max(0, read(new byte[Math.clamp(bytes, 0, SKIPPED)]));
  }
}
