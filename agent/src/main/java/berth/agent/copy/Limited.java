package berth.agent.copy;

import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import java.io.InputStream;

/** Gives so much and no more: a small archive may hold more than any disk. */
final class Limited extends Passing {
  private final ByteSize most;
  private long left;

  Limited(InputStream in, ByteSize most) {
    super(in);
    this.most = most;
    this.left = most.bytes();
  }

  @Override
  protected void passed(long bytes) {
    left -= bytes;
    if (left < 0) {
      throw new BerthException(
          ProblemCode.NO_SPACE,
          "the archive holds more than the " + most + " that there is room for",
          "give the pool more room, or the container a larger size");
    }
  }
}
