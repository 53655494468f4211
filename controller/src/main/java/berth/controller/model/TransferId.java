package berth.controller.model;

import berth.protocol.Names;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The id of a transfer: 256 random bits, as 64 lower-case hexadecimal digits. A secret. */
public record TransferId(@JsonValue String hex) {
  private static final Pattern PATTERN = Pattern.compile("[0-9a-f]{64}");
  private static final SecureRandom RANDOM = new SecureRandom();

  public TransferId {
    if (hex == null || !PATTERN.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "bad transfer " + Names.quoted(hex) + ": 64 lower-case hexadecimal digits");
    }
  }

  /** A new one. */
  public static TransferId next() {
    var bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    return new TransferId(HexFormat.of().formatHex(bytes));
  }

  /** Reads the hexadecimal form. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static TransferId of(String hex) {
    return new TransferId(hex);
  }

  /** Not the id itself: what is printed may be read by others. */
  @Override
  public String toString() {
    return hex.substring(0, 8) + "...";
  }
}
