package berth.controller.api;

import berth.controller.fleet.EventLog;
import berth.controller.fleet.HostRegistry;
import berth.controller.model.Awaited;
import berth.controller.model.ContainerView;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;

/**
 * Waits until a container is what somebody wants. News of its host makes it look at once; as a host
 * may also tell its whole state anew, it looks every second besides.
 */
final class ContainerWait {
  private static final long BETWEEN_LOOKS_MILLIS = 1_000;

  private final Vertx vertx;
  private final HostRegistry registry;
  private final EventLog log;

  ContainerWait(Vertx vertx, HostRegistry registry, EventLog log) {
    this.vertx = vertx;
    this.registry = registry;
    this.log = log;
  }

  /** The container as soon as that holds, or as it is after a time; at once where it is gone. */
  Future<ContainerView> until(Awaited wanted, ContainerRef container, Duration limit) {
    var promise = Promise.<ContainerView>promise();
    if (limit.isZero()) {
      promise.complete(registry.container(container));
      return promise.future();
    }
    Runnable look = () -> look(promise, container, Optional.of(wanted));
    var news =
        log.subscribe(event -> {
          if (event.host().filter(container.host()::equals).isPresent()) {
            look.run();
          }
        });
    var often = vertx.setPeriodic(BETWEEN_LOOKS_MILLIS, _ -> look.run());
    var end = vertx.setTimer(limit.toMillis(), _ -> look(promise, container, Optional.empty()));
    look.run();
    return promise
        .future()
        .onComplete(_ -> {
          news.close();
          vertx.cancelTimer(often);
          vertx.cancelTimer(end);
        });
  }

  private void look(
      Promise<ContainerView> promise, ContainerRef container, Optional<Awaited> wanted) {
    try {
      var view = registry.container(container);
      if (wanted.map(state -> state.holds(view.container().status())).orElse(true)) {
        promise.tryComplete(view);
      }
    } catch (BerthException e) {
      promise.tryFail(e);
    }
  }
}
