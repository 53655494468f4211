package berth.protocol.command;

import berth.protocol.WindowSize;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The terminal that a program is given as its standard input, output and error.
 *
 * @param size of its window at first
 * @param type what the program finds as {@code TERM} (term(7)), such as {@code xterm-256color}
 */
public record Terminal(WindowSize size, String type) {
  private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9+._-]{0,63}");

  public Terminal {
    Objects.requireNonNull(size, "size");
    Objects.requireNonNull(type, "type");
    if (!TYPE.matcher(type).matches()) {
      throw new IllegalArgumentException("bad terminal type \"" + type + "\"");
    }
  }
}
