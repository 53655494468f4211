package berth.controller.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Two ways to one effect, measured in turn so that a machine that gets slower is slower for both.
 */
public final class Pairs {
  /** Does the thing once and answers the nanoseconds that it took. */
  @FunctionalInterface
  public interface Way {
    long once() throws IOException, InterruptedException;
  }

  private final List<Long> ours = new ArrayList<>();
  private final List<Long> floor = new ArrayList<>();

  /**
   * Measures {@code rounds} pairs after one that does not count, telling each as it is done.
   *
   * @param told takes a line after each round
   */
  public static Pairs measure(
      int rounds, Way berth, Way floor, java.util.function.Consumer<String> told)
      throws IOException, InterruptedException {
    var pairs = new Pairs();
    berth.once();
    floor.once();
    for (var round = 1; round <= rounds; round++) {
      // Who goes first alternates: neither always finds the caches warmed by the other.
      var first = round % 2 == 0 ? floor.once() : 0L;
      var took = berth.once();
      pairs.add(took, first == 0 ? floor.once() : first);
      told.accept("round " + round + " of " + rounds);
    }
    return pairs;
  }

  /** The table and the ratio of the medians. */
  public List<String> report(String berthIs, String floorIs) {
    return List.of(
        line("", "median", "p95", "max", "what"),
        line("berth", figures(ours), berthIs),
        line("floor", figures(floor), floorIs),
        String.format(Locale.ROOT, "ratio of the medians, berth / floor: %.2f", ratio()),
        String.format(Locale.ROOT, "pairs: %d, milliseconds", ours.size()));
  }

  /** Median of ours by median of the floor's. */
  public double ratio() {
    return percentile(ours, 50) / percentile(floor, 50);
  }

  private void add(long berth, long other) {
    ours.add(berth);
    floor.add(other);
  }

  private static String[] figures(List<Long> nanos) {
    var max = percentile(nanos, 100);
    return new String[] {millis(percentile(nanos, 50)), millis(percentile(nanos, 95)), millis(max)};
  }

  private static String line(String name, String[] figures, String what) {
    return line(name, figures[0], figures[1], figures[2], what);
  }

  private static String line(String name, String median, String p95, String max, String what) {
    return String.format(Locale.ROOT, "%-6s %9s %9s %9s  %s", name, median, p95, max, what);
  }

  private static String millis(double nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos / 1e6);
  }

  private static double percentile(List<Long> nanos, int percent) {
    var sorted = nanos.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    var rank = (int) Math.ceil(percent / 100.0 * sorted.length);
    return sorted[Math.max(0, rank - 1)];
  }
}
