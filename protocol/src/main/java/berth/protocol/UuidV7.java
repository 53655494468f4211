package berth.protocol;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then a 12-bit counter that
 * keeps ids of one millisecond in order (section 6.2, method 1), then 62 random bits.
 */
final class UuidV7 {
  private static final Pattern CANONICAL =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Milliseconds shifted left by 12, plus the counter: strictly increasing. */
  private static final AtomicLong LAST = new AtomicLong();

  private UuidV7() {}

  static UUID next() {
    var now = System.currentTimeMillis() << 12;
    var tick = LAST.updateAndGet(last -> Math.max(now, last + 1));
    var high = ((tick >>> 12) << 16) | 0x7000L | (tick & 0xfffL);
    var low = (RANDOM.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
    return new UUID(high, low);
  }

  static UUID parse(String what, String text) {
    Names.require(what, CANONICAL, "a UUID in its canonical lower-case form", text);
    return UUID.fromString(text);
  }
}
