package berth.agent.storage;

import berth.agent.dispatch.Job;
import berth.agent.process.HostCommand;
import berth.agent.process.ProcessFailed;
import berth.agent.process.Processes;
import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Programs of the host that do long work for a job: they end with it, and tell why they failed. */
public final class Tools {
  private static final List<Path> PLACES =
      Stream.of("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin")
          .map(Path::of)
          .toList();
  private static final Duration LIMIT = Duration.ofHours(6);
  private static final int LOG_LINES = 20;

  private final Processes processes;

  public Tools(Processes processes) {
    this.processes = processes;
  }

  /** Whether the host has a program. */
  public boolean has(String program) {
    return PLACES.stream().anyMatch(place -> Files.isExecutable(place.resolve(program)));
  }

  /** Refuses to go on without a program, and names the package that has it. */
  public void require(String program, String purpose) {
    if (!has(program)) {
      throw new BerthException(
          ProblemCode.NOT_FOUND,
          "this host has no " + program + ", which is needed to " + purpose,
          "install the package " + program + " on the host");
    }
  }

  /**
   * Runs one to its end. It is killed with all its children when the job is cancelled.
   *
   * @param each takes the lines of both its streams
   */
  public void run(Job job, List<String> argv, Consumer<String> each) {
    run(argv, each, job::onCancel);
  }

  /** Runs one that takes something back and is therefore not to be cancelled. */
  public void runToItsEnd(List<String> argv) {
    run(argv, _ -> {}, _ -> {});
  }

  /** Runs one for what it tells on standard output. */
  public String ask(List<String> argv) {
    try {
      return processes.run(HostCommand.of(argv)).stdout();
    } catch (ProcessFailed e) {
      throw failed(argv, "exit code " + e.exitCode(), e.log());
    }
  }

  private void run(List<String> argv, Consumer<String> each, Consumer<Runnable> onCancel) {
    var tail = new Tail(each);
    try {
      var process = processes.start(HostCommand.of(argv).within(LIMIT), tail);
      onCancel.accept(process::cancel);
      var result = process.await();
      if (!result.isSuccess()) {
        throw failed(argv, "exit code " + result.exitCode(), tail.lines());
      }
    } catch (ProcessFailed e) {
      throw failed(argv, e.getMessage(), tail.lines());
    }
  }

  private static BerthException failed(List<String> argv, String how, List<String> log) {
    var last = log.isEmpty() ? "" : ": " + log.getLast();
    var full = log.stream().anyMatch(l -> l.toLowerCase(Locale.ROOT).contains("no space left"));
    var code = full ? ProblemCode.NO_SPACE : ProblemCode.FAILED;
    return new BerthException(
        new Problem(code, program(argv) + " failed, " + how + last).withLog(log));
  }

  /** What does the work: not the program that puts it into namespaces of its own. */
  private static String program(List<String> argv) {
    return argv.contains("--") && argv.getFirst().equals("unshare")
        ? argv.get(argv.indexOf("--") + 1)
        : argv.getFirst();
  }

  /** Hands lines on and keeps the last ones; both streams are read by threads of their own. */
  private static final class Tail implements Processes.Lines {
    private final Consumer<String> each;
    private final Deque<String> last = new ArrayDeque<>();

    Tail(Consumer<String> each) {
      this.each = each;
    }

    @Override
    public synchronized void out(String line) {
      last.addLast(line);
      if (last.size() > LOG_LINES) {
        last.removeFirst();
      }
      each.accept(line);
    }

    @Override
    public void err(String line) {
      out(line);
    }

    synchronized List<String> lines() {
      return List.copyOf(last);
    }
  }
}
