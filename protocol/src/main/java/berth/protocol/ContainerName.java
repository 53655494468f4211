package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * An nspawn container, named by systemd's rule for machine names: a valid host name of at most 64
 * characters (systemd-nspawn(1), {@code --machine=}). Safe as a path segment and an argument.
 */
public record ContainerName(@JsonValue String value) implements Comparable<ContainerName> {
  private static final Pattern PATTERN =
      Pattern.compile(
          "(?=.{1,64}$)[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*");
  private static final String RULE =
      "1 to 64 of a-z, A-Z, 0-9, - and ., each part beginning and ending with a letter or digit";

  public ContainerName {
    Names.require("container name", PATTERN, RULE, value);
  }

  /** Reads a name as it stands in JSON, in a path or on a command line. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ContainerName of(String value) {
    return new ContainerName(value);
  }

  @Override
  public int compareTo(ContainerName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
