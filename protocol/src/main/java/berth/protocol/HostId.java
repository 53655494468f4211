package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * A machine of the fleet: one lower-case host name label (RFC 1123), safe as a topic level, a path
 * segment and an argument.
 */
public record HostId(@JsonValue String value) implements Comparable<HostId> {
  private static final Pattern PATTERN = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
  private static final String RULE = "1 to 63 of a-z, 0-9 and -, not at an end";

  public HostId {
    Names.require("host name", PATTERN, RULE, value);
  }

  /** Reads a name as it stands in JSON, in a path or on a command line. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static HostId of(String value) {
    return new HostId(value);
  }

  @Override
  public int compareTo(HostId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
