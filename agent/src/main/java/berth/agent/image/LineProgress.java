package berth.agent.image;

import berth.agent.dispatch.Job;
import java.util.function.Consumer;

/** Tells people a program's newest line of output, a few times a second at most. */
final class LineProgress implements Consumer<String> {
  private static final long PAUSE_NANOS = 250_000_000;
  private static final int SHOWN = 160;

  private final Job job;
  private long last;

  LineProgress(Job job) {
    this.job = job;
    this.last = System.nanoTime() - PAUSE_NANOS;
  }

  @Override
  public void accept(String line) {
    var text = line.strip();
    var now = System.nanoTime();
    if (!text.isEmpty() && now - last >= PAUSE_NANOS) {
      last = now;
      job.progress(text.substring(0, Math.min(SHOWN, text.length())));
    }
  }
}
