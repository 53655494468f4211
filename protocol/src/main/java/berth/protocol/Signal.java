package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/**
 * A signal of Linux's (signal(7)), read by name with or without {@code SIG} in front, as {@code
 * RTMIN+N} or {@code RTMAX-N}, or by number.
 *
 * @param number 1 to 64
 */
public record Signal(int number) {
  private static final List<String> NAMES =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");
  private static final int FIRST_OF_REAL_TIME = 34;
  private static final int LAST = 64;

  public Signal {
    if (number < 1 || number > LAST) {
      throw bad(Integer.toString(number));
    }
  }

  /** Reads a signal as it stands in JSON or on a command line. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Signal of(String text) {
    var upper = text.toUpperCase(Locale.ROOT);
    var name = upper.startsWith("SIG") ? upper.substring(3) : upper;
    var index = NAMES.indexOf(name);
    if (index >= 0) {
      return new Signal(index + 1);
    }
    if (name.matches("RT(MIN(\\+[0-9]{1,2})?|MAX(-[0-9]{1,2})?)")) {
      var first = name.startsWith("RTMIN") ? FIRST_OF_REAL_TIME : LAST;
      var number = first + (name.length() > 5 ? Integer.parseInt(name.substring(5)) : 0);
      if (number >= FIRST_OF_REAL_TIME && number <= LAST) {
        return new Signal(number);
      }
    }
    if (text.matches("[0-9]{1,2}")) {
      return new Signal(Integer.parseInt(text));
    }
    throw bad(text);
  }

  /** Its name, such as {@code SIGTERM} or {@code SIGRTMIN+3}; its number where it has none. */
  @JsonValue
  public String name() {
    if (number <= NAMES.size()) {
      return "SIG" + NAMES.get(number - 1);
    }
    var realTime = number - FIRST_OF_REAL_TIME;
    return switch (Integer.signum(realTime)) {
      case -1 -> Integer.toString(number);
      case 0 -> "SIGRTMIN";
      default -> "SIGRTMIN+" + realTime;
    };
  }

  @Override
  public String toString() {
    return name();
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException(
        "bad signal " + Names.quoted(text) + ": a name such as TERM or RTMIN+3, or 1 to 64");
  }
}
