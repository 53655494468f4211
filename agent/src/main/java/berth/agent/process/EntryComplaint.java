package berth.agent.process;

import java.util.List;
import java.util.Optional;

/**
 * Tells where what enters a container failed before it ran the program. It ends like any program
 * then, with nothing on its output but one line about it.
 */
public final class EntryComplaint {
  private static final List<Integer> CODES = List.of(1, 2, 126, 127);
  private static final List<String> NAMES = List.of("nsenter: ", "setpriv: ", Entry.NAME + ": ");
  private static final String NOT_EXECUTED = "nsenter: failed to execute ";

  private EntryComplaint() {}

  /** The complaint; empty where it was the program that ended so. */
  public static Optional<Outcome.NotStarted> of(int code, String stdout, String stderr) {
    var lines = (stdout + stderr).lines().filter(line -> !line.isBlank()).toList();
    if (!CODES.contains(code) || lines.size() != 1) {
      return Optional.empty();
    }
    var line = lines.getFirst().strip();
    if (NAMES.stream().noneMatch(line::startsWith)) {
      return Optional.empty();
    }
    var reason =
        line.startsWith(NOT_EXECUTED) ? Outcome.Reason.NO_SUCH_PROGRAM : Outcome.Reason.REFUSED;
    return Optional.of(new Outcome.NotStarted(reason, line));
  }
}
