package berth.agent.copy;

import berth.agent.dispatch.Job;
import berth.protocol.ByteSize;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Tells a job how much of an archive was read, and of how much, where that is known. */
final class Counting extends FilterInputStream {
  private static final long BETWEEN_NANOS = 250_000_000;

  private final Optional<ByteSize> size;
  private final Job job;
  private long read;
  private long told;

  Counting(InputStream in, Optional<ByteSize> size, Job job) {
    super(in);
    this.size = size;
    this.job = job;
  }

  @Override
  public int read() throws IOException {
    var one = super.read();
    count(one < 0 ? 0 : 1);
    return one;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    var count = super.read(bytes, offset, length);
    count(Math.max(0, count));
    return count;
  }

  @Override
  public long skip(long bytes) throws IOException {
    var count = super.skip(bytes);
    count(count);
    return count;
  }

  private void count(long bytes) {
    read += bytes;
    if (System.nanoTime() - told > BETWEEN_NANOS) {
      told = System.nanoTime();
      job.progress(
          "unpacked " + new ByteSize(read) + size.map(all -> " of " + all).orElse(""),
          size.map(all -> (double) read / Math.max(1, all.bytes())));
    }
  }
}
