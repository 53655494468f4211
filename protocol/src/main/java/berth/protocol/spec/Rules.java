package berth.protocol.spec;

import berth.protocol.Names;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Refuses what a settings file or a unit file could not carry, in words that show the value. */
final class Rules {
  private static final int LONGEST_PATH = 4095;
  private static final Pattern PATH =
      Pattern.compile("/|(?:/(?!\\.{1,2}(?:/|$))[^/:%\\\\\"\\p{Cntrl}]+)+");
  private static final Pattern WORD_PATH = Pattern.compile("[A-Za-z0-9/._+@,-]+");
  private static final Pattern INTERFACE = Pattern.compile("[^/:%\\s\\p{Cntrl}]{1,15}");
  private static final Pattern LINE = Pattern.compile("[^\\p{Cntrl}]*");

  private Rules() {}

  static IllegalArgumentException bad(String what, Object value, String rule) {
    return new IllegalArgumentException(
        "bad " + what + " " + Names.quoted(String.valueOf(value)) + ": " + rule);
  }

  /** An absolute path, normalised, without what nspawn and systemd give a meaning of their own. */
  static void path(String what, String value) {
    if (value == null) {
      throw new NullPointerException(what);
    }
    if (value.length() > LONGEST_PATH
        || !PATH.matcher(value).matches()
        || !value.strip().equals(value)) {
      throw bad(
          what,
          value,
          "an absolute path without . and .. in it, a slash at its end, or any of : % \\ \"");
    }
  }

  /** A path that is one word of a unit file. */
  static void wordPath(String what, String value) {
    path(what, value);
    if (!WORD_PATH.matcher(value).matches()) {
      throw bad(what, value, "an absolute path of a-z, A-Z, 0-9 and . _ + @ , - alone");
    }
  }

  /** The name of a network interface (netdevice(7), IFNAMSIZ). */
  static void networkInterface(String what, String value) {
    var fits =
        value != null
            && INTERFACE.matcher(value).matches()
            && !value.equals(".")
            && !value.equals("..");
    if (!fits) {
      throw bad(what, value, "1 to 15 characters without blanks, / : and %");
    }
  }

  /** Text that fits on one line. */
  static void line(String what, String value, int longest) {
    if (value.length() > longest || !LINE.matcher(value).matches()) {
      throw bad(what, value, "one line of at most " + longest + " characters");
    }
  }

  static void range(String what, Optional<? extends Number> value, long least, long most) {
    value
        .map(Number::longValue)
        .filter(number -> number < least || number > most)
        .ifPresent(number -> {
          throw bad(what, number, "a number from " + least + " to " + most);
        });
  }

  static void distinct(String what, Collection<?> values) {
    var seen = new HashSet<Object>();
    for (var value : values) {
      if (!seen.add(value)) {
        throw bad(what, value, "it is there twice");
      }
    }
  }

  static <T> List<T> list(List<T> given) {
    return given == null ? List.of() : List.copyOf(given);
  }

  static <T> Optional<T> optional(Optional<T> given) {
    return given == null ? Optional.empty() : given;
  }

  /** In the order of the keys, so that what is written of it is always the same. */
  static Map<String, String> map(String what, Map<String, String> given) {
    var sorted = new TreeMap<String, String>();
    if (given != null) {
      given.forEach((key, value) -> {
        if (value == null) {
          throw bad(what, key, "it has no value");
        }
        sorted.put(key, value);
      });
    }
    return java.util.Collections.unmodifiableMap(sorted);
  }

  static List<String> words(List<String> given, Pattern pattern, String what, String rule) {
    var words = new ArrayList<String>();
    for (var word : list(given)) {
      words.add(Names.require(what, pattern, rule, word));
    }
    distinct(what, words);
    return List.copyOf(words);
  }
}
