package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A path as it is seen from inside a container: absolute, at most 4,095 bytes. A slash or {@code
 * /.} at its end says that a folder is meant, as in cp(1).
 */
public record InnerPath(@JsonValue String value) {
  private static final int MOST_BYTES = 4095;

  public InnerPath {
    if (value == null
        || !value.startsWith("/")
        || value.indexOf('\0') >= 0
        || value.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "bad path " + Names.quoted(value) + ": an absolute path of at most 4,095 bytes");
    }
    if (parts(value).contains("..")) {
      throw new IllegalArgumentException(
          "bad path " + Names.quoted(value) + ": write it without ..");
    }
  }

  /** Reads the path as it stands in JSON. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static InnerPath of(String value) {
    return new InnerPath(value);
  }

  /** Whether it says itself that it is a folder. */
  public boolean saysFolder() {
    return value.endsWith("/") || value.endsWith("/.");
  }

  /** Whether it says that what is in the folder is meant, and not the folder. */
  public boolean saysContents() {
    return value.endsWith("/.") || parts(value).isEmpty();
  }

  /** Its last part; empty for the root. */
  public String name() {
    var parts = parts(value);
    return parts.isEmpty() ? "" : parts.getLast();
  }

  /** The folder that its last part is in; the root for the root itself. */
  public InnerPath parent() {
    var parts = parts(value);
    return new InnerPath("/" + String.join("/", parts.subList(0, Math.max(0, parts.size() - 1))));
  }

  @Override
  public String toString() {
    return value;
  }

  private static List<String> parts(String path) {
    return Arrays.stream(path.split("/", -1))
        .filter(part -> !part.isEmpty() && !part.equals("."))
        .toList();
  }
}
