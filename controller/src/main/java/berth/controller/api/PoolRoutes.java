package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.fleet.HostRegistry;
import berth.controller.model.PoolView;
import berth.protocol.HostId;
import io.vertx.core.Future;
import java.util.List;

/** The pools of the fleet. */
final class PoolRoutes {
  private final HostRegistry registry;

  PoolRoutes(HostRegistry registry) {
    this.registry = registry;
  }

  record Pools(List<PoolView> pools) {}

  Future<Answer> list(Request request) {
    var host = request.query("host", HostId::of);
    return Future.succeededFuture(Answer.json(new Pools(registry.pools(host))));
  }
}
