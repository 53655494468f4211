package berth.agent.process;

import java.util.List;

/**
 * How a program on the host ended.
 *
 * @param exitCode its own; 128 and more where a signal killed it
 * @param stdout all of its standard output, or nothing where that was handed on line by line
 * @param log the last lines of its standard error, oldest first
 */
public record ProcessResult(int exitCode, String stdout, List<String> log) {
  public ProcessResult {
    log = List.copyOf(log);
  }

  public boolean isSuccess() {
    return exitCode == 0;
  }

  /** The lines of standard output. */
  public List<String> lines() {
    return stdout.lines().toList();
  }
}
