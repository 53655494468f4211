package berth.controller.api.http;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A part of a file (RFC 9110, section 14).
 *
 * @param first the place of its first byte, from 0
 * @param length how many bytes it has
 */
public record ByteRange(long first, long length) {
  private static final Pattern ONE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

  /** What a {@code Range} header asks for. */
  public sealed interface Asked {
    /** All of it: no header, one that can't be read, or several parts, which may be ignored. */
    record Whole() implements Asked {}

    /** One part, which is there. */
    record Part(ByteRange range) implements Asked {}

    /** A part that is not there. */
    record Unsatisfiable() implements Asked {}
  }

  /** Reads a {@code Range} header for a file of so many bytes. */
  public static Asked of(Optional<String> header, long size) {
    var matcher = ONE.matcher(header.orElse(""));
    if (!matcher.matches() || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
      return new Asked.Whole();
    }
    if (matcher.group(1).isEmpty()) {
      return suffix(Long.parseLong(matcher.group(2)), size);
    }
    var first = Long.parseLong(matcher.group(1));
    var last = matcher.group(2).isEmpty() ? size - 1 : Long.parseLong(matcher.group(2));
    if (last < first && !matcher.group(2).isEmpty()) {
      return new Asked.Whole();
    }
    return first >= size ? new Asked.Unsatisfiable() : part(first, Math.min(last, size - 1));
  }

  /** As {@code Content-Range} tells it. */
  public String of(long size) {
    return "bytes %d-%d/%d".formatted(first, first + length - 1, size);
  }

  private static Asked suffix(long wanted, long size) {
    var length = Math.min(wanted, size);
    return length == 0 ? new Asked.Unsatisfiable() : part(size - length, size - 1);
  }

  private static Asked part(long first, long last) {
    return new Asked.Part(new ByteRange(first, last - first + 1));
  }
}
