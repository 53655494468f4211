package berth.agent.process;

import java.util.List;

/** A program on the host failed, did not exist, or took too long. */
public final class ProcessFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The exit code of a program that never ran. */
  public static final int NOT_STARTED = 127;

  private final transient ProcessResult result;
  private final String program;

  ProcessFailed(HostCommand command, ProcessResult result, String what) {
    super(message(command, result, what));
    this.result = result;
    this.program = command.program();
  }

  /** The program's name. */
  public String program() {
    return program;
  }

  public int exitCode() {
    return result.exitCode();
  }

  /** The last lines that it wrote to standard error, oldest first. */
  public List<String> log() {
    return result.log();
  }

  private static String message(HostCommand command, ProcessResult result, String what) {
    String last = result.log().isEmpty() ? "" : ": " + result.log().getLast();
    return String.join(" ", command.argv()) + " " + what + last;
  }
}
