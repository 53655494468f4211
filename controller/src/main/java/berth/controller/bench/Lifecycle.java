package berth.controller.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The life of many containers by two ways, phase by phase: one after the other, and all at once.
 * Each way leads its containers through all phases before the other begins, so that neither
 * measures with the other's containers running; who goes first alternates.
 */
public final class Lifecycle {
  /** What happens to the containers, in this order. */
  public enum Phase {
    CREATE,
    /** Until it has booted. */
    START,
    STOP,
    REMOVE;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How the containers take their turn. */
  public enum Mode {
    SERIAL,
    PARALLEL;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Does one phase to all the containers, and returns when it is done with all. */
  @FunctionalInterface
  public interface Way {
    void pass(Mode mode, Phase phase) throws IOException, InterruptedException;
  }

  /** What one phase took in one mode, in nanoseconds, a number for each round. */
  private record Step(List<Long> berth, List<Long> floor) {
    double ratio() {
      return (double) median(berth) / median(floor);
    }
  }

  private final Map<String, Step> steps = new LinkedHashMap<>();

  private Lifecycle() {}

  /**
   * Measures so many rounds of both ways in both modes.
   *
   * @param told takes a line before each pass
   */
  public static Lifecycle measure(int rounds, Way berth, Way floor, Consumer<String> told)
      throws IOException, InterruptedException {
    var lifecycle = new Lifecycle();
    for (var round = 1; round <= rounds; round++) {
      for (var mode : Mode.values()) {
        var where = "round %d of %d, %s, ".formatted(round, rounds, mode.text());
        if (round % 2 == 0) {
          lifecycle.pass(mode, floor, false, line -> told.accept(where + "by hand: " + line));
        }
        lifecycle.pass(mode, berth, true, line -> told.accept(where + "berth: " + line));
        if (round % 2 == 1) {
          lifecycle.pass(mode, floor, false, line -> told.accept(where + "by hand: " + line));
        }
      }
    }
    return lifecycle;
  }

  private void pass(Mode mode, Way way, boolean ours, Consumer<String> told)
      throws IOException, InterruptedException {
    for (var phase : Phase.values()) {
      told.accept(phase.text());
      var began = System.nanoTime();
      way.pass(mode, phase);
      var took = System.nanoTime() - began;
      var step =
          steps.computeIfAbsent(
              mode.text() + " " + phase.text(),
              _ -> new Step(new ArrayList<>(), new ArrayList<>()));
      (ours ? step.berth() : step.floor()).add(took);
    }
  }

  /** The table: seconds for all containers, medians of the rounds, and their ratios. */
  public List<String> report(int containers) {
    var lines = new ArrayList<String>();
    lines.add(line("", "berth", "machinectl", "ratio"));
    steps.forEach((name, step) ->
        lines.add(
            line(
                name,
                seconds(step.berth()),
                seconds(step.floor()),
                String.format(Locale.ROOT, "%.2f", step.ratio()))));
    lines.add("seconds for " + containers + " containers; ratio: berth / machinectl");
    return List.copyOf(lines);
  }

  /** The ratios by mode and phase, such as {@code serial create}. */
  public Map<String, Double> ratios() {
    var ratios = new LinkedHashMap<String, Double>();
    steps.forEach((name, step) -> ratios.put(name, step.ratio()));
    return ratios;
  }

  private static String line(String name, String berth, String floor, String ratio) {
    return String.format(Locale.ROOT, "%-16s %10s %11s %6s", name, berth, floor, ratio);
  }

  private static String seconds(List<Long> nanos) {
    return String.format(Locale.ROOT, "%.2f", median(nanos) / 1e9);
  }

  private static long median(List<Long> nanos) {
    var sorted = nanos.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted[(sorted.length - 1) / 2];
  }
}
