package berth.agent.systemd.dbus;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The name of an object on the bus, such as {@code /org/freedesktop/systemd1}. */
public record ObjectPath(String value) {
  private static final Pattern PATTERN = Pattern.compile("/|(?:/[A-Za-z0-9_]++)++");

  public ObjectPath {
    if (!PATTERN.matcher(value).matches()) {
      throw BusException.malformed("bad object path of " + value.length() + " characters");
    }
  }

  /**
   * The object below this one that systemd has for a name, escaped as sd_bus_path_encode(3) does.
   */
  public ObjectPath child(String name) {
    var path = new StringBuilder(value).append('/');
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      char c = (char) (bytes[i] & 0xff);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letter || (i > 0 && c >= '0' && c <= '9')) {
        path.append(c);
      } else {
        path.append('_')
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 15, 16));
      }
    }
    return new ObjectPath(bytes.length == 0 ? path.append('_').toString() : path.toString());
  }

  /** The name that {@link #child} made the last part of this path from. */
  public String lastName() {
    String escaped = value.substring(value.lastIndexOf('/') + 1);
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      boolean code = c == '_' && i + 2 < escaped.length();
      bytes.write(code ? HexFormat.fromHexDigits(escaped, i + 1, i + 3) : c);
      i += code ? 2 : 0;
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return value;
  }
}
