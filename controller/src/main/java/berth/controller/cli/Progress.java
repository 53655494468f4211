package berth.controller.cli;

/**
 * What is going on, on standard error: one line that is rewritten on a terminal, a line for each
 * change elsewhere, nothing where quiet was asked for.
 */
final class Progress implements AutoCloseable {
  private static final int WIDTH = 100;

  private final Terminal terminal;
  private final boolean quiet;
  private String shown = "";

  Progress(Terminal terminal, boolean quiet) {
    this.terminal = terminal;
    this.quiet = quiet;
  }

  void show(String text) {
    var line = Problems.printable(text.length() > WIDTH ? text.substring(0, WIDTH) : text);
    if (quiet || line.equals(shown)) {
      return;
    }
    shown = line;
    if (terminal.errIsTerminal()) {
      terminal.err().print("\r\033[K" + line);
    } else {
      terminal.err().println(line);
    }
    terminal.err().flush();
  }

  /** Clears the line that was rewritten. */
  @Override
  public void close() {
    if (!shown.isEmpty() && terminal.errIsTerminal()) {
      terminal.err().print("\r\033[K");
      terminal.err().flush();
    }
    shown = "";
  }
}
