package berth.agent.process;

import berth.agent.linux.ProcessGroup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A program that runs on the host, in a process group of its own. */
public final class HostProcess {
  private static final List<String> PATH =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");
  private static final int LOG_LINES = 40;
  static final int LONGEST_LINE = 64 << 10;
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;
  private static final int KILL_AFTER_SECONDS = 5;

  private final HostCommand command;
  private final Process process;
  private final Deque<String> log = new ArrayDeque<>();
  private final CompletableFuture<ProcessResult> outcome;
  private volatile boolean late;

  private HostProcess(HostCommand command, Process process, Processes.Lines lines) {
    this.command = command;
    this.process = process;
    var out = reading(process.getInputStream(), lines.longest(), lines::out);
    var err = reading(process.getErrorStream(), LONGEST_LINE, line -> logged(line, lines));
    var limit = new CompletableFuture<Void>();
    this.outcome =
        CompletableFuture.allOf(out, err, process.onExit())
            .whenComplete((_, _) -> limit.cancel(false)) // nor is this kept until then
            .thenApply(_ -> result());
    var _ =
        limit
            .completeOnTimeout(null, command.limit().toMillis(), TimeUnit.MILLISECONDS)
            .thenRun(this::expire);
  }

  static HostProcess start(HostCommand command, Processes.Lines lines) {
    var builder = builder(command);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    try {
      return new HostProcess(command, builder.start(), lines);
    } catch (IOException e) {
      throw notStarted(command, "can't be run: " + e.getMessage());
    }
  }

  /** How one is begun, whatever it reads and writes. */
  static ProcessBuilder builder(HostCommand command) {
    List<String> argv = new ArrayList<>(command.argv());
    argv.set(0, found(command));
    argv.add(0, "setsid"); // a session, and so a process group, of its own to be killed as one
    var builder = new ProcessBuilder(argv);
    builder.directory(command.directory().orElse(Path.of("/")).toFile());
    builder.environment().clear();
    builder.environment().put("PATH", String.join(":", PATH));
    builder.environment().put("HOME", "/root");
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().putAll(command.environment());
    return builder;
  }

  /** Ends when the program has ended and all its output was handed on; fails if it was too slow. */
  public CompletableFuture<ProcessResult> outcome() {
    return outcome.copy();
  }

  /**
   * Waits for the end.
   *
   * @throws ProcessFailed where it took longer than its limit
   */
  public ProcessResult await() {
    try {
      return outcome.get();
    } catch (InterruptedException e) {
      ProcessGroup.signal(process.pid(), SIGKILL);
      Thread.currentThread().interrupt();
      throw notStarted(command, "was killed, as its caller was interrupted");
    } catch (java.util.concurrent.ExecutionException e) {
      throw e.getCause() instanceof ProcessFailed failed ? failed : new CompletionException(e);
    }
  }

  /** Asks the program and all its children to end, and kills them where they don't. */
  public void cancel() {
    ProcessGroup.signal(process.pid(), SIGTERM);
    CompletableFuture.delayedExecutor(KILL_AFTER_SECONDS, TimeUnit.SECONDS)
        .execute(() -> killIfRunning());
  }

  private void expire() {
    if (!outcome.isDone()) {
      late = true;
      killIfRunning();
    }
  }

  private void killIfRunning() {
    if (!outcome.isDone()) {
      ProcessGroup.signal(process.pid(), SIGKILL);
    }
  }

  private ProcessResult result() {
    List<String> last;
    synchronized (log) {
      last = List.copyOf(log);
    }
    var result = new ProcessResult(process.exitValue(), "", last);
    if (late) {
      throw new ProcessFailed(command, result, "was not done within " + command.limit());
    }
    return result;
  }

  private void logged(String line, Processes.Lines lines) {
    synchronized (log) {
      log.addLast(line);
      if (log.size() > LOG_LINES) {
        log.removeFirst();
      }
    }
    lines.err(line);
  }

  private CompletableFuture<Void> reading(InputStream stream, int longest, Consumer<String> each) {
    var done = new CompletableFuture<Void>();
    Runnable read =
        () -> {
          try (var reader =
              new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            lines(reader, longest, each);
            done.complete(null);
          } catch (IOException e) {
            done.complete(null); // the stream was closed under us: the process is gone
          } catch (RuntimeException e) {
            ProcessGroup.signal(process.pid(), SIGKILL);
            done.completeExceptionally(e);
          }
        };
    Thread.ofPlatform().daemon().name("berth-" + command.program()).start(read);
    return done;
  }

  private static void lines(BufferedReader reader, int longest, Consumer<String> each)
      throws IOException {
    var line = new StringBuilder();
    for (int c = reader.read(); c >= 0; c = reader.read()) {
      if (c == '\n' || c == '\r') {
        if (c == '\n' || !line.isEmpty()) {
          each.accept(line.toString());
        }
        line.setLength(0);
      } else if (line.length() < longest) {
        line.append((char) c);
      }
    }
    if (!line.isEmpty()) {
      each.accept(line.toString());
    }
  }

  private static String found(HostCommand command) {
    String program = command.argv().getFirst();
    if (program.startsWith("/")) {
      return program;
    }
    return PATH.stream()
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .orElseThrow(() -> notStarted(command, "is not installed"));
  }

  static ProcessFailed notStarted(HostCommand command, String what) {
    var result = new ProcessResult(ProcessFailed.NOT_STARTED, "", List.of());
    return new ProcessFailed(command, result, what);
  }
}
