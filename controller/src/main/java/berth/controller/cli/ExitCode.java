package berth.controller.cli;

import berth.protocol.Problem;

/** What the process's exit status says. {@code exec} hands on the program's own instead. */
final class ExitCode {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;

  /** The deadline or a time limit passed, as timeout(1) says it. */
  static final int DEADLINE = 124;

  /** Berth itself failed: no controller, a defect; for exec also all that kept it from running. */
  static final int BERTH = 125;

  /** A program was found but could not be run, as a shell says it. */
  static final int NOT_EXECUTABLE = 126;

  /** A program was not found, as a shell says it. */
  static final int NO_SUCH_PROGRAM = 127;

  /** Added to the number of the signal that killed a program, as a shell says it. */
  static final int SIGNAL = 128;

  private ExitCode() {}

  /** Of two statuses the one that is further from done. */
  static int worst(int one, int other) {
    return Math.max(one, other);
  }

  static int of(Problem problem) {
    return switch (problem.code()) {
      case EXPIRED, TIMEOUT -> DEADLINE;
      case INTERNAL, UNAVAILABLE -> BERTH;
      case INVALID -> USAGE;
      case PROGRAM_NOT_FOUND -> NO_SUCH_PROGRAM;
      case PROGRAM_NOT_EXECUTABLE -> NOT_EXECUTABLE;
      case NOT_FOUND,
          ALREADY_EXISTS,
          CONFLICT,
          DENIED,
          UNSUPPORTED,
          CANCELLED,
          INTERRUPTED,
          TOO_LARGE,
          NO_SPACE,
          FAILED ->
          FAILED;
    };
  }
}
