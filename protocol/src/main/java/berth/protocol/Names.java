package berth.protocol;

import java.util.regex.Pattern;

/** Refuses a name that does not follow its rule, in words that show the name and the rule. */
public final class Names {
  private static final int SHOWN = 80;

  private Names() {}

  /** The value itself, where it follows its rule. */
  public static String require(String what, Pattern pattern, String rule, String value) {
    if (value == null || !pattern.matcher(value).matches()) {
      throw new IllegalArgumentException("bad " + what + " " + quoted(value) + ": " + rule);
    }
    return value;
  }

  /** The value as it may stand in a message: control characters replaced, cut to a sane length. */
  public static String quoted(String value) {
    if (value == null) {
      return "(none)";
    }
    var printable = value.replaceAll("\\p{Cntrl}", "?");
    return printable.length() <= SHOWN
        ? "\"" + printable + "\""
        : "\"" + printable.substring(0, SHOWN) + "...\" (" + value.length() + " characters)";
  }
}
