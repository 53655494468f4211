package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/** What containers are made from. Safe as a path segment and an argument. */
public record ImageName(@JsonValue String value) implements Comparable<ImageName> {
  private static final Pattern PATTERN = Pattern.compile("[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?");
  private static final String RULE =
      "1 to 63 of a-z, 0-9, ., _ and -, beginning and ending with a letter or digit";

  public ImageName {
    Names.require("image name", PATTERN, RULE, value);
  }

  /** Reads a name as it stands in JSON, in a path or on a command line. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ImageName of(String value) {
    return new ImageName(value);
  }

  @Override
  public int compareTo(ImageName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
