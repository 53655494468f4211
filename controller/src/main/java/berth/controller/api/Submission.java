package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.model.OperationView;
import berth.controller.operation.OperationRequest;
import berth.controller.operation.OperationRequest.Target;
import berth.controller.operation.Operations;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;

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
