package berth.protocol.mqtt;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: exponential with full jitter, so that a thousand hosts
 * which lost the same broker do not come back in step.
 *
 * @param first the longest wait before the first repetition, doubled for each further one
 * @param longest the longest wait of all
 */
public record Backoff(Duration first, Duration longest) {

  public Backoff {
    if (first.toMillis() < 1 || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException("bad back-off: " + first + " to " + longest);
    }
  }

  /**
   * A wait drawn evenly from zero to {@code first} doubled {@code failures} times, but never more
   * than {@code longest}.
   *
   * @param failures how many waits there were before this one
   */
  public Duration delay(int failures, RandomGenerator random) {
    long ceiling = first.toMillis() << Math.min(failures, 20);
    return Duration.ofMillis(random.nextLong(Math.min(ceiling, longest.toMillis()) + 1));
  }
}
