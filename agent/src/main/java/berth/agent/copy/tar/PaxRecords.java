package berth.agent.copy.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;

/**
 * The records of a pax header: {@code LENGTH KEY=VALUE} and a newline each, the length being that
 * of the whole record. All of it is bytes, held as a char each.
 */
final class PaxRecords {
  private static final BigInteger BILLION = BigInteger.valueOf(1_000_000_000);

  private PaxRecords() {}

  static byte[] write(Map<String, String> records) {
    var all = new StringBuilder();
    records.forEach((key, value) -> all.append(record(key, value)));
    return all.toString().getBytes(ISO_8859_1);
  }

  /** Reads them over those that hold already; an empty value takes one back. */
  static void read(byte[] bytes, Map<String, String> into) {
    var text = new String(bytes, ISO_8859_1);
    for (var at = 0; at < text.length(); ) {
      var space = text.indexOf(' ', at);
      var length = space < 0 ? 0 : number(text.substring(at, space));
      var end = at + length;
      var equals = text.indexOf('=', space);
      if (length <= 0
          || end > text.length()
          || equals < 0
          || equals >= end
          || text.charAt((int) end - 1) != '\n') {
        throw TarReader.broken("an extended header that is none");
      }
      var key = text.substring(space + 1, equals);
      var value = text.substring(equals + 1, (int) end - 1);
      if (value.isEmpty() && !key.startsWith(TarReader.ATTRIBUTE)) {
        into.remove(key);
      } else {
        into.put(key, value);
      }
      at = (int) end;
    }
  }

  /** A decimal number that is not negative. */
  static long number(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw TarReader.broken("a number that is none");
    }
    return Long.parseLong(text);
  }

  /** Seconds since 1970, with a fraction and a sign where there is one. */
  static Instant time(String text) {
    if (!text.matches("-?[0-9]{1,15}(\\.[0-9]{1,20})?")) {
      throw TarReader.broken("a time that is none");
    }
    var nanos = new BigDecimal(text).multiply(new BigDecimal(BILLION)).toBigInteger();
    var parts = nanos.divideAndRemainder(BILLION);
    return Instant.ofEpochSecond(parts[0].longValue(), parts[1].longValue());
  }

  static String time(Instant at) {
    var whole = BigDecimal.valueOf(at.getEpochSecond());
    return whole.add(BigDecimal.valueOf(at.getNano(), 9)).stripTrailingZeros().toPlainString();
  }

  private static String record(String key, String value) {
    var rest = 1 + key.length() + 1 + value.length() + 1;
    var length = rest + Integer.toString(rest).length();
    length = rest + Integer.toString(length).length();
    return length + " " + key + "=" + value + "\n";
  }
}
