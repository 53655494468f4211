package berth.agent.process;

import berth.agent.systemd.Properties;
import berth.agent.systemd.UnitWatcher;
import berth.agent.systemd.dbus.BusException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Waits for a unit's end and keeps what systemd tells of it. systemd forgets such a unit as soon as
 * it is down, but tells its last values before; they come with two signals, the service's first.
 */
final class UnitEnd implements UnitWatcher {
  private static final Set<String> TOLD =
      Set.of("ActiveState", "ExecMainCode", "ExecMainStatus", "Result");

  private final CompletableFuture<Properties> told = new CompletableFuture<>();
  private Properties known = new Properties(Map.of());

  /** Ends with the properties at the end; fails when the connection is lost before. */
  CompletableFuture<Properties> told() {
    return told;
  }

  @Override
  public synchronized void changed(Properties changes) {
    known = known.with(changes.only(TOLD));
    if (isEnd(known)) {
      told.complete(known);
    }
  }

  @Override
  public void lost(BusException reason) {
    told.completeExceptionally(reason);
  }

  /** A unit is also "inactive" before its start, when no process of it has ended yet. */
  static boolean isEnd(Properties unit) {
    return switch (unit.text("ActiveState")) {
      case "failed" -> true;
      case "inactive" -> unit.number("ExecMainCode") != 0;
      default -> false;
    };
  }
}
