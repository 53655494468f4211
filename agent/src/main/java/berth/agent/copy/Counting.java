package berth.agent.copy;

import berth.agent.dispatch.Job;
import berth.protocol.ByteSize;
import java.io.InputStream;
import java.util.Optional;

/** Tells a job how much of an archive was read, and of how much, where that is known. */
final class Counting extends Passing {
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
  protected void passed(long bytes) {
    read += bytes;
    if (System.nanoTime() - told > BETWEEN_NANOS) {
      told = System.nanoTime();
      job.progress(
          "unpacked " + new ByteSize(read) + size.map(all -> " of " + all).orElse(""),
          size.map(all -> (double) read / Math.max(1, all.bytes())));
    }
  }
}
