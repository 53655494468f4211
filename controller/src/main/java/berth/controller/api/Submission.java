package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.model.OperationView;
import berth.controller.model.TargetView;
import berth.controller.operation.OperationRequest;
import berth.controller.operation.OperationRequest.Target;
import berth.controller.operation.Operations;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a request into an operation, within the deadline that its query asks for and once for each
 * {@code Idempotency-Key}, and answers with the operation's address.
 */
final class Submission {
  private final Operations operations;

  Submission(Operations operations) {
    this.operations = operations;
  }

  Future<Answer> submit(Request request, String summary, Target target) {
    return submit(request, summary, List.of(target));
  }

  Future<Answer> submit(Request request, String summary, List<Target> targets) {
    var deadline = deadline(request);
    var key = request.header("Idempotency-Key");
    var operation = Request.checked(() -> new OperationRequest(summary, targets, deadline, key));
    return operations.submit(operation).map(Submission::accepted);
  }

  /**
   * Asks one host for something that takes but a moment, and waits for the outcome. Fails with the
   * host's problem, and with {@code UNAVAILABLE} where it does not answer in time.
   */
  Future<TargetView> ask(String summary, Target target, Duration patience) {
    var request =
        new OperationRequest(summary, List.of(target), patience, Optional.<String>empty());
    return operations
        .submit(request)
        .compose(view -> ended(view, System.nanoTime() + patience.toNanos()))
        .map(view -> outcome(view.targets().getFirst()));
  }

  private Future<OperationView> ended(OperationView view, long end) {
    var left = Duration.ofNanos(end - System.nanoTime());
    var asked = view.targets().getFirst();
    if (view.state() != OperationView.State.RUNNING) {
      return Future.succeededFuture(view);
    }
    if (!asked.hostOnline() || !left.isPositive()) {
      return operations
          .cancel(view.id(), "nobody waits for it any more")
          .compose(_ -> Future.failedFuture(silent(asked)));
    }
    return operations.await(view.id(), view.revision(), left).compose(next -> ended(next, end));
  }

  private static TargetView outcome(TargetView target) {
    if (target.problem().isPresent()) {
      throw new BerthException(target.problem().get());
    }
    return target;
  }

  private static BerthException silent(TargetView target) {
    return new BerthException(
        ProblemCode.UNAVAILABLE,
        "host "
            + target.host()
            + (target.hostOnline() ? " did not answer in time" : " is offline")
            + ", and nobody else knows",
        "ask again when it is online; see: berth host ls");
  }

  /** How long the hosts may take to begin. */
  static Duration deadline(Request request) {
    return request
        .query("deadline", Submission::duration)
        .orElse(OperationRequest.DEFAULT_DEADLINE);
  }

  /** 202 with the operation and where to ask after it. */
  static Answer accepted(OperationView operation) {
    var location = "/api/v1/operations/" + operation.id();
    return Answer.json(202, Map.of("Location", location), operation);
  }

  private static Duration duration(String text) {
    try {
      return OperationRequest.requireInTime(Duration.parse(text));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "bad deadline \"" + text + "\": a duration such as PT10M (ISO 8601)", e);
    }
  }
}
