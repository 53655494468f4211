package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.regex.Pattern;

/** A size in bytes, zero or more. People write {@code 512M}, {@code 1GiB} or {@code 1.5T}. */
public record ByteSize(@JsonValue long bytes) implements Comparable<ByteSize> {
  private static final Pattern TEXT =
      Pattern.compile("([0-9]{1,18})(?:\\.([0-9]{1,3}))?(?:([KMGTP])(?:i?B)?|B)?");
  private static final String UNITS = "KMGTP";

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("bad size " + bytes + ": must not be negative");
    }
  }

  /** Reads the number of bytes as it stands in JSON. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ByteSize of(long bytes) {
    return new ByteSize(bytes);
  }

  /**
   * Reads what people write, also where it stands in JSON. Units are powers of 1024, as in systemd
   * (systemd.resource-control(5), {@code MemoryMax=}): K, M, G, T, P, each also with iB or B behind
   * it; none or B is bytes.
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ByteSize parse(String text) {
    var matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "bad size " + Names.quoted(text) + ": write a number with K, M, G or T, such as 512M");
    }
    var unit = matcher.group(3) == null ? 1L : 1L << (10 * (UNITS.indexOf(matcher.group(3)) + 1));
    var fraction = matcher.group(2) == null ? 0.0 : Double.parseDouble("0." + matcher.group(2));
    try {
      var whole = Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
      return new ByteSize(Math.addExact(whole, (long) (fraction * unit)));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("bad size " + Names.quoted(text) + ": too large", e);
    }
  }

  /** For documents: exact, in the largest unit that gives a whole number, such as {@code 1GiB}. */
  public String exact() {
    var value = bytes;
    var unit = -1;
    while (value >= 1024 && value % 1024 == 0 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    return unit < 0 ? Long.toString(value) : value + UNITS.substring(unit, unit + 1) + "iB";
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** For people: at most one decimal and a binary unit, such as {@code 1.5 GiB}. */
  @Override
  public String toString() {
    if (bytes < 1024) {
      return bytes + " B";
    }
    var unit = -1;
    var value = (double) bytes;
    while (value >= 1024 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %siB", value, UNITS.charAt(unit));
  }
}
