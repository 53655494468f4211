package berth.protocol;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Why something failed, for people and for scripts.
 *
 * @param code what kind of thing went wrong
 * @param message one sentence that names the thing
 * @param remedy what to do next, where there is something
 * @param log the last lines of what the host said, oldest first; often empty
 */
public record Problem(ProblemCode code, String message, Optional<String> remedy, List<String> log) {
  public Problem {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
    remedy = remedy == null ? Optional.empty() : remedy;
    log = log == null ? List.of() : List.copyOf(log);
  }

  public Problem(ProblemCode code, String message) {
    this(code, message, Optional.empty(), List.of());
  }

  public Problem(ProblemCode code, String message, String remedy) {
    this(code, message, Optional.of(remedy), List.of());
  }

  /** The same problem with the last lines of a log. */
  public Problem withLog(List<String> lines) {
    return new Problem(code, message, remedy, lines);
  }
}
