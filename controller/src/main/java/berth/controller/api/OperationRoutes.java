package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.model.OperationView;
import berth.controller.operation.Operations;
import berth.protocol.OperationId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The operations: what was asked for and what became of it. */
final class OperationRoutes {
  private static final long MAX_LIMIT = 1000;
  private static final long DEFAULT_LIMIT = 100;
  private static final long MAX_WAIT_SECONDS = 60;

  private final Operations operations;

  OperationRoutes(Operations operations) {
    this.operations = operations;
  }

  record OperationList(List<OperationView> operations) {}

  Future<Answer> list(Request request) {
    return operations
        .list(
            request.number("limit", 1, MAX_LIMIT).orElse(DEFAULT_LIMIT).intValue(),
            request.query("before", OperationId::of),
            request.query("state", OperationRoutes::state))
        .map(found -> Answer.json(new OperationList(found)));
  }

  /**
   * An operation now; with {@code wait} and {@code after} as soon as it has changed since that
   * revision; with {@code wait} alone as soon as it has finished.
   */
  Future<Answer> show(Request request) {
    var id = request.path("id", OperationId::of);
    var wait = Duration.ofSeconds(request.number("wait", 0, MAX_WAIT_SECONDS).orElse(0L));
    var after = request.number("after", 0, Long.MAX_VALUE);
    return found(id, wait, after).map(Answer::json);
  }

  private Future<OperationView> found(OperationId id, Duration wait, Optional<Long> after) {
    if (wait.isZero()) {
      return operations.get(id);
    }
    return after.isPresent()
        ? operations.await(id, after.get(), wait)
        : operations.get(id).compose(view -> finished(view, System.nanoTime() + wait.toNanos()));
  }

  private Future<OperationView> finished(OperationView view, long end) {
    var left = Duration.ofNanos(end - System.nanoTime());
    if (view.state() != OperationView.State.RUNNING || !left.isPositive()) {
      return Future.succeededFuture(view);
    }
    return operations.await(view.id(), view.revision(), left).compose(next -> finished(next, end));
  }

  Future<Answer> cancel(Request request) {
    return operations.cancel(request.path("id", OperationId::of)).map(Submission::accepted);
  }

  private static OperationView.State state(String text) {
    return Arrays.stream(OperationView.State.values())
        .filter(state -> state.name().equals(text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "bad state \"%s\": one of %s"
                    .formatted(text, List.of(OperationView.State.values()))));
  }
}
