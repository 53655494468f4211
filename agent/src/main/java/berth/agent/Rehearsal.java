package berth.agent;

import berth.agent.report.InventorySources;
import berth.agent.report.Reporter;
import berth.agent.report.Streams;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * The agent without a host to work on. The build has it connect and answer once, to see which
 * classes a start loads; its commands find nobody who performs them.
 */
final class Rehearsal implements Workers {
  private Rehearsal() {}

  /** As {@link AgentMain#main}. */
  public static void main(String... arguments) {
    AgentMain.run(_ -> new Rehearsal(), arguments);
  }

  @Override
  public Future<InventorySources> start(Vertx vertx, Reporter reporter, Streams streams) {
    return Future.succeededFuture(new InventorySources(List::of, List::of, List::of));
  }

  @Override
  public String systemdVersion() {
    return "none";
  }

  @Override
  public Future<Void> stop() {
    return Future.succeededFuture();
  }
}
