package berth.agent.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lists of words in nspawn's files: set apart by blanks, perhaps in quotes, backslashes without a
 * meaning (systemd.nspawn(5), {@code Parameters=}).
 */
final class Words {
  private static final Pattern PLAIN = Pattern.compile("[^\\s\"'\\\\]+");

  private Words() {}

  /** A word as it is written, in quotes where it needs some. */
  static String quoted(String word) {
    if (PLAIN.matcher(word).matches()) {
      return word;
    }
    if (word.indexOf('"') < 0) {
      return '"' + word + '"';
    }
    return '\'' + word.replace("'", "'\"'\"'") + '\'';
  }

  static String joined(List<String> words) {
    return String.join(" ", words.stream().map(Words::quoted).toList());
  }

  /** The words of a value; empty where a quote is not closed. */
  static Optional<List<String>> split(String value) {
    var words = new ArrayList<String>();
    StringBuilder word = null;
    var quote = '\0';
    for (var i = 0; i < value.length(); i++) {
      var c = value.charAt(i);
      var blank = quote == '\0' && Character.isWhitespace(c);
      if (blank && word != null) {
        words.add(word.toString());
        word = null;
      } else if (!blank) {
        word = word == null ? new StringBuilder() : word;
        if (quote == '\0' && (c == '"' || c == '\'')) {
          quote = c;
        } else if (c == quote) {
          quote = '\0';
        } else {
          word.append(c);
        }
      }
    }
    if (word != null) {
      words.add(word.toString());
    }
    return quote == '\0' ? Optional.of(List.copyOf(words)) : Optional.empty();
  }
}
