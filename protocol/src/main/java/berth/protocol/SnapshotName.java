package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/** A snapshot of one container. Safe as a path segment and an argument. */
public record SnapshotName(@JsonValue String value) implements Comparable<SnapshotName> {
  private static final Pattern PATTERN =
      Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,62}[a-zA-Z0-9])?");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String RULE =
      "1 to 64 of a-z, A-Z, 0-9, ., _ and -, beginning and ending with a letter or digit";

  public SnapshotName {
    Names.require("snapshot name", PATTERN, RULE, value);
  }

  /** Reads a name as it stands in JSON, in a path or on a command line. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static SnapshotName of(String value) {
    return new SnapshotName(value);
  }

  /** The name of one that nobody named: its time in UTC, such as {@code 20261125-104500}. */
  public static SnapshotName at(Instant time) {
    return new SnapshotName(TIME.format(time));
  }

  @Override
  public int compareTo(SnapshotName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
