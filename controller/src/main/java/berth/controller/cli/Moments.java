package berth.controller.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Points in time as people write them (systemd.time(7), "Parsing Timestamps"): of RFC 3339, a local
 * date or time of day, a word, or how long ago.
 */
final class Moments {
  private static final String RULE =
      "write 2026-11-24T10:00:00Z, \"2026-11-24 10:00\", 10:00, today, yesterday, -1h or \"1h"
          + " ago\"";

  private static final String SPAN = "(?:[0-9]{1,9} ?[a-z]+ ?)+";
  private static final Pattern SIGNED = Pattern.compile("([+-])(" + SPAN + ")");
  private static final Pattern AGO = Pattern.compile("(" + SPAN + ")\\bago");
  private static final Pattern PART = Pattern.compile("([0-9]{1,9}) ?([a-z]+)");
  private static final Map<String, Duration> UNITS =
      Map.ofEntries(
          Map.entry("ms", Duration.ofMillis(1)),
          Map.entry("s", Duration.ofSeconds(1)),
          Map.entry("sec", Duration.ofSeconds(1)),
          Map.entry("second", Duration.ofSeconds(1)),
          Map.entry("seconds", Duration.ofSeconds(1)),
          Map.entry("m", Duration.ofMinutes(1)),
          Map.entry("min", Duration.ofMinutes(1)),
          Map.entry("minute", Duration.ofMinutes(1)),
          Map.entry("minutes", Duration.ofMinutes(1)),
          Map.entry("h", Duration.ofHours(1)),
          Map.entry("hr", Duration.ofHours(1)),
          Map.entry("hour", Duration.ofHours(1)),
          Map.entry("hours", Duration.ofHours(1)),
          Map.entry("d", Duration.ofDays(1)),
          Map.entry("day", Duration.ofDays(1)),
          Map.entry("days", Duration.ofDays(1)),
          Map.entry("w", Duration.ofDays(7)),
          Map.entry("week", Duration.ofDays(7)),
          Map.entry("weeks", Duration.ofDays(7)));

  private Moments() {}

  static Instant parse(String text) {
    return parse(text, ZonedDateTime.now(ZoneId.systemDefault()));
  }

  /** Reads a point in time as it is meant at a moment in its time zone. */
  static Instant parse(String text, ZonedDateTime now) {
    return word(text, now)
        .or(() -> relative(text, now))
        .or(() -> attempt(() -> OffsetDateTime.parse(text).toInstant()))
        .or(() -> local(text.replace(' ', 'T'), now))
        .orElseThrow(() -> new IllegalArgumentException("bad time \"" + text + "\": " + RULE));
  }

  private static Optional<Instant> word(String text, ZonedDateTime now) {
    var today = now.toLocalDate();
    return switch (text) {
      case "now" -> Optional.of(now.toInstant());
      case "today" -> Optional.of(begin(today, now));
      case "yesterday" -> Optional.of(begin(today.minusDays(1), now));
      default -> Optional.empty();
    };
  }

  private static Optional<Instant> relative(String text, ZonedDateTime now) {
    var ago = AGO.matcher(text);
    if (ago.matches()) {
      return span(ago.group(1)).map(now.toInstant()::minus);
    }
    var signed = SIGNED.matcher(text);
    if (!signed.matches()) {
      return Optional.empty();
    }
    var backwards = signed.group(1).equals("-");
    return span(signed.group(2)).map(s -> now.toInstant().plus(backwards ? s.negated() : s));
  }

  /** Empty where a unit is unknown. */
  private static Optional<Duration> span(String text) {
    var sum = Duration.ZERO;
    var parts = PART.matcher(text);
    while (parts.find()) {
      var unit = UNITS.get(parts.group(2));
      if (unit == null) {
        return Optional.empty();
      }
      sum = sum.plus(unit.multipliedBy(Long.parseLong(parts.group(1))));
    }
    return Optional.of(sum);
  }

  private static Optional<Instant> local(String text, ZonedDateTime now) {
    return attempt(() -> LocalDateTime.parse(text).atZone(now.getZone()).toInstant())
        .or(() -> attempt(() -> begin(LocalDate.parse(text), now)))
        .or(() ->
            attempt(() ->
                LocalTime.parse(text).atDate(now.toLocalDate()).atZone(now.getZone()).toInstant()));
  }

  private static Instant begin(LocalDate day, ZonedDateTime now) {
    return day.atStartOfDay(now.getZone()).toInstant();
  }

  private static Optional<Instant> attempt(Supplier<Instant> reading) {
    try {
      return Optional.of(reading.get());
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }
}
