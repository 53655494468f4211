package berth.controller.cli;

import java.util.Locale;

/** Words for people. */
final class Views {
  private Views() {}

  /** An enumeration's constant as a word: {@code OUT_OF_ORDER} is {@code out of order}. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** A labelled line of a detailed view; nothing where there is no value. */
  static void line(Terminal terminal, String label, Object value) {
    var text = value == null ? "" : value.toString();
    if (!text.isEmpty()) {
      terminal
          .out()
          .println(
              terminal.bold(String.format(Locale.ROOT, "%-11s", label + ":"))
                  + " "
                  + Problems.printable(text));
    }
  }
}
