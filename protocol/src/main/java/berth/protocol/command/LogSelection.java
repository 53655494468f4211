package berth.protocol.command;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which entries of a journal are wanted: those for which all holds that is given.
 *
 * @param since no earlier than this
 * @param until no later than this
 * @param units of any of these systemd units; without a suffix {@code .service} is meant
 * @param priority of this level or a graver one, by name or number, or of a range such as {@code
 *     err..warning} (journalctl(1), {@code --priority=})
 * @param grep a regular expression that the message matches (pcre2syntax(3)); one without capital
 *     letters ignores case
 */
public record LogSelection(
    Optional<Instant> since,
    Optional<Instant> until,
    List<String> units,
    Optional<String> priority,
    Optional<String> grep) {
  /** All entries. */
  public static final LogSelection ALL =
      new LogSelection(
          Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());

  private static final int MOST_UNITS = 64;
  private static final Pattern UNIT = Pattern.compile("[A-Za-z0-9:_.\\\\@-]{1,255}");
  private static final String LEVEL = "(?:[0-7]|emerg|alert|crit|err|warning|notice|info|debug)";
  private static final Pattern PRIORITY = Pattern.compile(LEVEL + "(?:\\.\\." + LEVEL + ")?");
  private static final Pattern GREP = Pattern.compile("[^\\p{Cntrl}]{1,1024}");

  public LogSelection {
    units = units == null ? List.of() : List.copyOf(units);
    if (units.size() > MOST_UNITS) {
      throw new IllegalArgumentException("too many units: at most " + MOST_UNITS);
    }
    for (var unit : units) {
      require(UNIT, unit, "unit", "1 to 255 of a-z, A-Z, 0-9, : - _ . \\ and @");
    }
    priority.ifPresent(p ->
        require(
            PRIORITY,
            p,
            "priority",
            "0 to 7, emerg, alert, crit, err, warning, notice, info or debug, or two of them"
                + " as FROM..TO"));
    grep.ifPresent(g -> require(GREP, g, "pattern", "1 to 1024 characters, no control characters"));
    if (since.isPresent() && until.isPresent() && until.get().isBefore(since.get())) {
      throw new IllegalArgumentException(
          "bad time: until " + until.get() + " is before since " + since.get());
    }
  }

  private static void require(Pattern pattern, String value, String what, String rule) {
    if (!pattern.matcher(value).matches()) {
      throw new IllegalArgumentException("bad " + what + " \"" + value + "\": " + rule);
    }
  }
}
