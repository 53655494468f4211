package berth.controller.cli;

import berth.protocol.Problem;

/** Tells a person what went wrong and what to do. */
final class Problems {
  private Problems() {}

  static void print(Terminal terminal, Problem problem) {
    print(terminal, "berth", problem);
  }

  static void print(Terminal terminal, String subject, Problem problem) {
    var err = terminal.err();
    problem.log().forEach(line -> err.println("  | " + printable(line)));
    err.println(subject + ": " + printable(problem.message()));
    problem.remedy().ifPresent(remedy -> err.println("  " + printable(remedy)));
    err.flush();
  }

  /** What comes from a host must not steer the reader's terminal. */
  static String printable(String text) {
    return text.replaceAll("[\\p{Cntrl}&&[^\t]]", "?");
  }
}
