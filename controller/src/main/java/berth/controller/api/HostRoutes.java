package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.fleet.HostRegistry;
import berth.controller.model.HostView;
import berth.protocol.HostId;
import io.vertx.core.Future;
import java.util.List;

/** The hosts of the fleet. */
final class HostRoutes {
  private final HostRegistry registry;

  HostRoutes(HostRegistry registry) {
    this.registry = registry;
  }

  record Hosts(List<HostView> hosts) {}

  Future<Answer> list(Request request) {
    return Future.succeededFuture(Answer.json(new Hosts(registry.hosts())));
  }

  Future<Answer> show(Request request) {
    var host = request.path("host", HostId::of);
    return Future.succeededFuture(Answer.json(registry.host(host)));
  }
}
