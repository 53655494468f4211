package berth.protocol.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A span of time in whole milliseconds, written as a single one of systemd.time(7): {@code 500ms},
 * {@code 30s}, {@code 5min}, {@code 2h}, {@code 1d}. ISO 8601, such as {@code PT30S}, is read, too.
 */
public record TimeSpan(Duration value) {
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,9})(ms|s|m|min|h|d)?");
  private static final String RULE = "write 30s, 5min, 2h or 1d; at most a year";
  private static final Duration LONGEST = Duration.ofDays(366);

  public TimeSpan {
    Objects.requireNonNull(value, "value");
    if (value.isNegative()
        || value.compareTo(LONGEST) > 0
        || !value.equals(Duration.ofMillis(value.toMillis()))) {
      throw Rules.bad("time span", value, RULE);
    }
  }

  /** Reads what people write; a number alone is seconds. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static TimeSpan of(String text) {
    var matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return iso(text);
    }
    var number = Long.parseLong(matcher.group(1));
    return new TimeSpan(
        switch (matcher.group(2) == null ? "s" : matcher.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "m", "min" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          case "d" -> Duration.ofDays(number);
          default -> Duration.ofSeconds(number);
        });
  }

  /** In the largest unit that gives a whole number. */
  @Override
  @JsonValue
  public String toString() {
    var millis = value.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    var seconds = millis / 1000;
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    if (seconds % 3600 != 0) {
      return seconds / 60 + "min";
    }
    return seconds % 86_400 != 0 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }

  private static TimeSpan iso(String text) {
    try {
      return new TimeSpan(Duration.parse(text));
    } catch (DateTimeParseException e) {
      throw Rules.bad("time span", text, RULE);
    }
  }
}
