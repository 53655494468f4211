package berth.agent.process;

/** Runs programs on the host. */
public interface Processes {

  /**
   * Runs a program to its end and gives its output, of which there may be at most 8 MiB.
   *
   * @throws ProcessFailed where it can't be run, ends with another code than 0, or is not done in
   *     time
   */
  default ProcessResult run(HostCommand command) {
    ProcessResult result = attempt(command);
    if (!result.isSuccess()) {
      throw new ProcessFailed(command, result, "failed with exit code " + result.exitCode());
    }
    return result;
  }

  /** The same for a program that needs nothing but its arguments. */
  default ProcessResult run(String... argv) {
    return run(HostCommand.of(argv));
  }

  /** Runs a program to its end, whatever its exit code. */
  ProcessResult attempt(HostCommand command);

  /** Starts a program and hands its output on line by line. */
  HostProcess start(HostCommand command, Lines lines);

  /** Takes lines as they come. A method that blocks makes the program wait. */
  interface Lines {
    /** A line of standard output; of one that is too long the rest is cut off. */
    void out(String line);

    /** How many characters of a line of standard output are taken. */
    default int longest() {
      return HostProcess.LONGEST_LINE;
    }

    /** A line of standard error; the last ones are in the result too. */
    default void err(String line) {}
  }
}
