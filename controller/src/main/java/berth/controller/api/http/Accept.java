package berth.controller.api.http;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The media types that a client takes (RFC 9110, section 12.5.1). */
record Accept(List<Range> ranges) {
  private static final Accept ANYTHING = new Accept(List.of(new Range("*/*", 1.0)));

  /** A media range without its parameters, and how much it is wanted: 0 is not at all. */
  record Range(String mediaType, double quality) {
    /** How closely it fits: 0 not at all, 1 as anything, 2 as the type, 3 exactly. */
    int fit(String offered) {
      if (mediaType.equals("*/*")) {
        return 1;
      }
      if (mediaType.endsWith("/*")) {
        return offered.startsWith(mediaType.substring(0, mediaType.length() - 1)) ? 2 : 0;
      }
      return mediaType.equals(offered) ? 3 : 0;
    }
  }

  /** Reads the header; none, or one that says nothing, takes anything. */
  static Accept of(String header) {
    if (header == null || header.isBlank()) {
      return ANYTHING;
    }
    return new Accept(Arrays.stream(header.split(",")).map(Accept::range).toList());
  }

  /** The best liked of the offered media types, the earlier of two that are liked the same. */
  Optional<String> best(List<String> offered) {
    return offered.stream()
        .filter(type -> quality(type) > 0)
        .reduce((best, next) -> quality(next) > quality(best) ? next : best);
  }

  private double quality(String offered) {
    var bare = bare(offered);
    return ranges.stream()
        .filter(range -> range.fit(bare) > 0)
        .max(Comparator.comparingInt(range -> range.fit(bare)))
        .map(Range::quality)
        .orElse(0.0);
  }

  private static Range range(String text) {
    var quality =
        Arrays.stream(text.split(";"))
            .map(String::strip)
            .filter(parameter -> parameter.startsWith("q="))
            .map(parameter -> number(parameter.substring(2)))
            .findFirst();
    return new Range(bare(text), quality.orElse(1.0));
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String bare(String mediaType) {
    return mediaType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }
}
