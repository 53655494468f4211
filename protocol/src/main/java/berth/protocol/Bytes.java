package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A run of bytes as a value; base64 (RFC 4648, section 4) in JSON. The array is not copied. */
public final class Bytes {
  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** Wraps an array that the caller will not change any more. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Bytes of(byte[] array) {
    return new Bytes(array);
  }

  /** The UTF-8 bytes of a text. */
  public static Bytes of(String text) {
    return new Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The array itself: read it, do not write to it. */
  @JsonValue
  public byte[] array() {
    return array;
  }

  /** The number of bytes. */
  public int length() {
    return array.length;
  }

  /** The bytes read as UTF-8, malformed parts replaced. */
  public String text() {
    return new String(array, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  @Override
  public String toString() {
    return array.length + " bytes";
  }
}
