package berth.agent.copy;

import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Gives so much and no more: a small archive may hold more than any disk. */
final class Limited extends FilterInputStream {
  private final ByteSize most;
  private long left;

  Limited(InputStream in, ByteSize most) {
    super(in);
    this.most = most;
    this.left = most.bytes();
  }

  @Override
  public int read() throws IOException {
    var one = in.read();
    count(one < 0 ? 0 : 1);
    return one;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    var count = in.read(bytes, offset, length);
    count(Math.max(0, count));
    return count;
  }

  @Override
  public long skip(long bytes) throws IOException {
    var count = in.skip(bytes);
    count(count);
    return count;
  }

  private void count(long bytes) {
    left -= bytes;
    if (left < 0) {
      throw new BerthException(
          ProblemCode.NO_SPACE,
          "the archive holds more than the " + most + " that there is room for",
          "give the pool more room, or the container a larger size");
    }
  }
}
