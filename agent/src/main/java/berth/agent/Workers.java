package berth.agent;

import berth.agent.report.InventorySources;
import berth.agent.report.Reporter;
import berth.agent.report.Streams;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** The verticles that do the work of a host, as the rest of the agent sees them. */
public interface Workers {
  /**
   * Opens what they stand on, takes away what a crash left behind, and has them listen at the
   * addresses of {@link Routes}. Done when commands may come.
   */
  Future<InventorySources> start(Vertx vertx, Reporter reporter, Streams streams);

  /** The version of the host's systemd; to be called once they have started. */
  String systemdVersion();

  /** Closes what {@link #start} opened; no command runs any more. */
  Future<Void> stop();
}
