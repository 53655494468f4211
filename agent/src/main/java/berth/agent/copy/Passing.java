package berth.agent.copy;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Looks at how many bytes pass by. */
abstract class Passing extends FilterInputStream {
  Passing(InputStream in) {
    super(in);
  }

  /** So many more were read or skipped. */
  protected abstract void passed(long bytes);

  @Override
  public final int read() throws IOException {
    var one = in.read();
    passed(one < 0 ? 0 : 1);
    return one;
  }

  @Override
  public final int read(byte[] bytes, int offset, int length) throws IOException {
    var count = in.read(bytes, offset, length);
    passed(Math.max(0, count));
    return count;
  }

  @Override
  public final long skip(long bytes) throws IOException {
    var count = in.skip(bytes);
    passed(count);
    return count;
  }
}
