package berth.controller.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the command line reads from and writes to, and whether a person looks at it.
 *
 * @param inDevice the path of the terminal that it reads from; empty where that is none
 */
record Terminal(
    PrintStream out,
    PrintStream err,
    InputStream in,
    boolean outIsTerminal,
    boolean errIsTerminal,
    boolean inHasData,
    String inDevice) {

  /** The process's own streams. */
  static Terminal system() {
    return new Terminal(
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        System.in,
        isTerminal(1),
        isTerminal(2),
        !isTerminal(0) && !isNull(0),
        isTerminal(0) ? target(0) : "");
  }

  /** Bold on a terminal that wants colours (no-color.org), as it is elsewhere. */
  String bold(String text) {
    return outIsTerminal && System.getenv("NO_COLOR") == null ? "\033[1m" + text + "\033[0m" : text;
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  private static boolean isTerminal(int descriptor) {
    var target = target(descriptor);
    return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
  }

  private static boolean isNull(int descriptor) {
    var target = target(descriptor);
    return target.isEmpty() || target.equals("/dev/null");
  }

  /** What proc(5) says that a descriptor is; empty for a closed one. */
  private static String target(int descriptor) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(descriptor)))
          .toString();
    } catch (IOException e) {
      return "";
    }
  }
}
