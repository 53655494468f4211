package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/** Storage with one layout on one host. */
public record PoolName(@JsonValue String value) implements Comparable<PoolName> {
  private static final Pattern PATTERN = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,29}[a-z0-9])?");
  private static final String RULE = "1 to 31 of a-z, 0-9 and -, not at an end";

  public PoolName {
    Names.require("pool name", PATTERN, RULE, value);
  }

  /** Reads a name as it stands in JSON, in a path or on a command line. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static PoolName of(String value) {
    return new PoolName(value);
  }

  @Override
  public int compareTo(PoolName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
