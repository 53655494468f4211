package berth.protocol;

/** A failure with a {@link Problem} to tell. Anything else that is thrown is a defect. */
public final class BerthException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Problem problem;

  public BerthException(Problem problem) {
    super(problem.code() + ": " + problem.message());
    this.problem = problem;
  }

  public BerthException(Problem problem, Throwable cause) {
    super(problem.code() + ": " + problem.message(), cause);
    this.problem = problem;
  }

  public BerthException(ProblemCode code, String message) {
    this(new Problem(code, message));
  }

  public BerthException(ProblemCode code, String message, String remedy) {
    this(new Problem(code, message, remedy));
  }

  /** What to tell. */
  public Problem problem() {
    return problem;
  }

  /** The problem that a failure tells, or {@code INTERNAL} for a defect. */
  public static Problem problemOf(Throwable failure) {
    return failure instanceof BerthException known
        ? known.problem()
        : new Problem(ProblemCode.INTERNAL, "a defect, see the log: " + failure);
  }
}
