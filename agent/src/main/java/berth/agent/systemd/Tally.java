package berth.agent.systemd;

import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Counts what may happen very often: tells the first at once, and what follows after a pause. */
final class Tally implements AutoCloseable {
  private final LongConsumer told;
  private final Consumer<Runnable> afterPause;
  private long sum;
  private boolean pausing;
  private boolean ended;

  /**
   * @param told takes how often it happened since it was last told; must not block
   * @param afterPause runs a step after a pause
   */
  Tally(LongConsumer told, Consumer<Runnable> afterPause) {
    this.told = told;
    this.afterPause = afterPause;
  }

  /** It happened so many times more. */
  synchronized void add(long more) {
    sum += Math.max(0, more);
    tell();
  }

  /** Tells no more. */
  @Override
  public synchronized void close() {
    ended = true;
  }

  private void tell() {
    if (ended || pausing || sum == 0) {
      return;
    }
    told.accept(sum);
    sum = 0;
    pausing = true;
    afterPause.accept(this::paused);
  }

  private synchronized void paused() {
    pausing = false;
    tell();
  }
}
