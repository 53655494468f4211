package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.controller.model.TargetView;
import berth.protocol.BerthException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells what an operation waits for while its output is awaited: nothing in its first second, and
 * nothing any more once its host has begun or the first output is there.
 */
final class Waiting implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final ApiClient api;
  private final OperationView operation;
  private final Progress progress;
  private final CountDownLatch over = new CountDownLatch(1);

  private Waiting(Invocation invocation, ApiClient api, OperationView operation) {
    this.api = api;
    this.operation = operation;
    this.progress = new Progress(invocation.terminal(), invocation.quiet());
  }

  static Waiting on(Invocation invocation, ApiClient api, OperationView operation) {
    var waiting = new Waiting(invocation, api, operation);
    Thread.ofPlatform().daemon().name("waiting").start(waiting::run);
    return waiting;
  }

  /** There is nothing to wait for any more. */
  synchronized void end() {
    over.countDown();
    progress.close();
  }

  @Override
  public void close() {
    end();
  }

  private void run() {
    try {
      var more = true;
      while (more && !over.await(PAUSE.toSeconds(), TimeUnit.SECONDS)) {
        more = tell();
      }
    } catch (IOException | BerthException _) {
      // who waits for the output hears of it too
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether there will be more to tell. */
  private boolean tell() throws IOException {
    var target = api.get("operations/" + operation.id(), OperationView.class).targets().getFirst();
    synchronized (this) {
      if (over.getCount() == 0 || hasBegun(target)) {
        progress.close();
        return false;
      }
      progress.show(operation.summary() + ": " + Operation.doing(target));
      return true;
    }
  }

  private static boolean hasBegun(TargetView target) {
    return switch (target.state()) {
      case QUEUED, SENT -> false;
      case ACCEPTED -> target.hostOnline();
      case SUCCEEDED, FAILED -> true;
    };
  }
}
