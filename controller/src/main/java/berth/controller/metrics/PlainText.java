package berth.controller.metrics;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * OpenMetrics text (1.0.0) told as Prometheus' older text format (0.0.4), for readers that know
 * only that one, promtool among them. What differs is in the lines about a family: there a counter
 * is named with its {@code _total}, an info with its {@code _info}, and there are no units and no
 * end mark. Agents write neither exemplars nor timestamps, so samples stay as they are, but for
 * {@code _created}, which the older format does not have.
 */
public final class PlainText {
  /** The content type of the older format. */
  public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private PlainText() {}

  /** The page in the older format. */
  public static String of(String openMetrics) {
    var types = types(openMetrics);
    var text = new StringBuilder(openMetrics.length());
    openMetrics
        .lines()
        .map(line -> line(line, types))
        .filter(line -> !line.isEmpty())
        .forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  private static Map<String, String> types(String openMetrics) {
    var types = new HashMap<String, String>();
    openMetrics
        .lines()
        .filter(line -> line.startsWith("# TYPE "))
        .map(line -> line.split(" ", 4))
        .filter(words -> words.length == 4)
        .forEach(words -> types.put(words[2], words[3]));
    return types;
  }

  private static String line(String line, Map<String, String> types) {
    var words = line.split(" ", 4);
    return switch (words[0] + (words.length > 1 ? " " + words[1] : "")) {
      case "# EOF", "# UNIT" -> "";
      case "# TYPE" -> "# TYPE " + name(words[2], types) + " " + type(types.get(words[2]));
      case "# HELP" -> "# HELP " + name(words[2], types) + " " + (words.length > 3 ? words[3] : "");
      default -> isCreation(line, types) ? "" : line;
    };
  }

  private static String name(String family, Map<String, String> types) {
    return switch (types.getOrDefault(family, "unknown")) {
      case "counter" -> family + "_total";
      case "info" -> family + "_info";
      default -> family;
    };
  }

  private static String type(String type) {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "counter", "gauge", "histogram", "summary" -> type;
      case "info", "stateset" -> "gauge";
      default -> "untyped";
    };
  }

  private static boolean isCreation(String line, Map<String, String> types) {
    var end = line.indexOf('{') < 0 ? line.indexOf(' ') : line.indexOf('{');
    var sample = end < 0 ? line : line.substring(0, end);
    return sample.endsWith("_created")
        && types.containsKey(sample.substring(0, sample.length() - "_created".length()));
  }
}
