package berth.controller.cli;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import berth.protocol.WindowSize;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The terminal on standard input without echo, line editing and signals of its own, so that every
 * key reaches the program in the container. Whoever puts it back outlives this process: it waits
 * for the end of a pipe, which comes however this process ends.
 */
final class RawMode implements AutoCloseable {
  /** A terminal's settings may be put back by a background process only if it ignores SIGTTOU. */
  private static final String GUARD =
      "trap '' HUP INT QUIT TERM TTIN TTOU; cat >/dev/null; exec stty \"$1\" <\"$2\"";

  private static final int PATIENCE_SECONDS = 5;

  private final Process guard;

  private RawMode(Process guard) {
    this.guard = guard;
  }

  /**
   * Makes the terminal raw.
   *
   * @param device its path, under which it can be opened again
   */
  static RawMode enter(String device) throws IOException {
    var saved = stty(List.of("-g"));
    var guard =
        new ProcessBuilder("sh", "-c", GUARD, "berth-terminal", saved, device)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    var mode = new RawMode(guard);
    try {
      stty(List.of("raw", "-echo"));
      return mode;
    } catch (IOException | RuntimeException e) {
      mode.close();
      throw e;
    }
  }

  /** How large the window is now; empty sizes, as some serial lines have, are 80x24. */
  static WindowSize size() throws IOException {
    var words = stty(List.of("size")).split(" ", 2);
    var rows = Integer.parseInt(words[0]);
    var columns = Integer.parseInt(words[1]);
    return rows < 1 || columns < 1 ? new WindowSize(80, 24) : new WindowSize(columns, rows);
  }

  /** Puts the terminal back as it was and waits for that. */
  @Override
  public void close() throws IOException {
    guard.getOutputStream().close();
    try {
      guard.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Calls stty(1) on our standard input. */
  private static String stty(List<String> arguments) throws IOException {
    var argv = new ArrayList<>(List.of("stty"));
    argv.addAll(arguments);
    var process = new ProcessBuilder(argv).redirectInput(Redirect.INHERIT).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    var complaint =
        new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (process.waitFor() != 0) {
        throw new BerthException(ProblemCode.FAILED, "the terminal can't be set: " + complaint);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return said;
  }
}
