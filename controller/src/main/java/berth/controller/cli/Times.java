package berth.controller.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** Times as people read them. */
final class Times {
  private static final DateTimeFormatter LOCAL =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private Times() {}

  static String local(Instant instant) {
    return LOCAL.format(instant);
  }

  /** How long ago, in one unit: {@code 12s}, {@code 5m}, {@code 3h}, {@code 2d}. */
  static String ago(Optional<Instant> instant) {
    return instant.map(i -> span(Duration.between(i, Instant.now()))).orElse("");
  }

  /** A span down to the hundredth of a second where it is short: {@code 0.25s}, {@code 3m07s}. */
  static String precise(Duration duration) {
    if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
      return String.format(Locale.ROOT, "%.2fs", duration.toMillis() / 1e3);
    }
    return duration.toHours() == 0
        ? String.format(Locale.ROOT, "%dm%02ds", duration.toMinutes(), duration.toSecondsPart())
        : String.format(Locale.ROOT, "%dh%02dm", duration.toHours(), duration.toMinutesPart());
  }

  static String span(Duration duration) {
    var seconds = Math.max(0, duration.toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 7_200) {
      return seconds / 60 + "m";
    }
    return seconds < 172_800 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
  }
}
