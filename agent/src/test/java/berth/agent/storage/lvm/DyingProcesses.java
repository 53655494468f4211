package berth.agent.storage.lvm;

import berth.agent.process.HostCommand;
import berth.agent.process.HostProcess;
import berth.agent.process.HostProcesses;
import berth.agent.process.ProcessResult;
import berth.agent.process.Processes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * The programs of an agent that dies before one of those that change something: whoever asks for
 * that one is never heard of again, so that nothing is taken back either, as after a kill -9.
 */
final class DyingProcesses implements Processes {
  private final HostProcesses real = new HostProcesses();
  private final CompletableFuture<Boolean> end = new CompletableFuture<>();
  private final Predicate<HostCommand> last;
  private volatile String next = "nothing";

  private DyingProcesses(Predicate<HostCommand> last) {
    this.last = last;
  }

  /** Dies after as many. */
  static DyingProcesses after(int steps) {
    var begun = new AtomicInteger();
    return new DyingProcesses(_ -> begun.getAndIncrement() == steps);
  }

  /** Dies before the first of a program. */
  static DyingProcesses before(String program) {
    return new DyingProcesses(command -> command.argv().getFirst().equals(program));
  }

  /** Does something in a thread that may die, and tells whether it came to its end. */
  boolean dies(Work work) throws Exception {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            work.run();
            end.complete(true);
          } catch (Exception | AssertionError e) {
            end.completeExceptionally(e);
          }
        });
    try {
      return end.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /** What it did not come to. */
  String next() {
    return next;
  }

  @Override
  public ProcessResult attempt(HostCommand command) {
    return real.attempt(command);
  }

  @Override
  public HostProcess start(HostCommand command, Lines lines) {
    if (last.test(command)) {
      next = String.join(" ", command.argv());
      end.complete(false);
      while (true) {
        LockSupport.park();
      }
    }
    return real.start(command, lines);
  }

  /** What an agent does. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }
}
