package berth.agent.process;

import java.util.ArrayList;
import java.util.List;

/** The real programs of this host. */
public final class HostProcesses implements Processes {
  private static final int MOST_OUTPUT = 8 << 20;

  @Override
  public ProcessResult attempt(HostCommand command) {
    var collected = new Collected();
    ProcessResult result = start(command, collected).await();
    if (collected.size > MOST_OUTPUT) {
      throw new ProcessFailed(command, result, "wrote more than " + MOST_OUTPUT + " bytes");
    }
    return new ProcessResult(result.exitCode(), collected.text(), result.log());
  }

  @Override
  public HostProcess start(HostCommand command, Lines lines) {
    return HostProcess.start(command, lines);
  }

  /** Keeps the output as long as it is not too much. */
  private static final class Collected implements Lines {
    private final List<String> lines = new ArrayList<>();
    private long size;

    @Override
    public void out(String line) {
      size += line.length() + 1;
      if (size <= MOST_OUTPUT) {
        lines.add(line);
      }
    }

    String text() {
      return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
  }
}
