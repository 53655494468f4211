package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A SHA-256 digest (FIPS 180-4) in 64 lower-case hexadecimal digits. */
public record Sha256(@JsonValue String hex) {
  private static final Pattern PATTERN = Pattern.compile("[0-9a-f]{64}");

  public Sha256 {
    Names.require("SHA-256", PATTERN, "64 lower-case hexadecimal digits", hex);
  }

  /** Reads the hexadecimal form. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Sha256 of(String hex) {
    return new Sha256(hex);
  }

  /** Takes a finished digest of 32 bytes. */
  public static Sha256 of(byte[] digest) {
    return new Sha256(HexFormat.of().formatHex(digest));
  }

  @Override
  public String toString() {
    return hex;
  }
}
