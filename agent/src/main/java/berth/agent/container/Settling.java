package berth.agent.container;

import berth.agent.systemd.Properties;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.UnitStatus;
import berth.agent.systemd.UnitWatcher;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import berth.protocol.command.WaitFor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits until a unit has come as far as it was asked to, or is down. It looks at the unit again
 * whenever something about it changed.
 */
final class Settling implements UnitWatcher {
  private final Systemd systemd;
  private final UnitName unit;
  private final WaitFor until;
  private final String formerRun;
  private final CompletableFuture<Void> settled = new CompletableFuture<>();
  private volatile boolean begun;

  /**
   * @param formerRun the invocation that is not waited for; empty where any will do
   */
  Settling(Systemd systemd, UnitName unit, WaitFor until, String formerRun) {
    this.systemd = systemd;
    this.unit = unit;
    this.until = until;
    this.formerRun = formerRun;
  }

  /** What was to be done is done; only from now on a unit that is down has failed. */
  void begun() {
    begun = true;
    look();
  }

  /** Ends the waiting: somebody does not want it any more. */
  void cancel() {
    settled.completeExceptionally(
        new BerthException(ProblemCode.CANCELLED, "cancelled while it was starting"));
  }

  /** Whether it has settled within a time. */
  boolean within(Duration limit) {
    try {
      settled.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("worker threads are not interrupted", e);
    }
  }

  @Override
  public void changed(Properties properties) {
    if (properties.has("ActiveState") || properties.has("StatusText")) {
      Thread.startVirtualThread(this::look);
    }
  }

  @Override
  public void lost(BusException reason) {
    settled.completeExceptionally(reason);
  }

  private void look() {
    try {
      var before = begun;
      var status = systemd.status(unit);
      if (isThere(status) || (before && status.isDown())) {
        settled.complete(null);
      }
    } catch (BusException e) {
      settled.completeExceptionally(e);
    }
  }

  /** Whether it is a run that was asked for, and as far as that. */
  boolean isThere(UnitStatus status) {
    return !status.invocation().equals(formerRun)
        && (until == WaitFor.READY ? status.isReady() : status.isActive());
  }
}
