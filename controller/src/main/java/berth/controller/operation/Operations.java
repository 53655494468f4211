package berth.controller.operation;

import berth.controller.model.OperationView;
import berth.protocol.OperationId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What may be asked of the controller's operations. Every future that fails with something to tell
 * fails with a {@link berth.protocol.BerthException}.
 */
public interface Operations {

  /**
   * Writes an operation down; from then on it will have an outcome for each host. Done when it is
   * durable, before anything is sent.
   *
   * <p>Fails with {@code NOT_FOUND} for a host that was never seen, and with {@code CONFLICT} where
   * its idempotency key belongs to another request.
   */
  Future<OperationView> submit(OperationRequest request);

  /** An operation as it stands; {@code NOT_FOUND} where there is none of that id. */
  Future<OperationView> get(OperationId id);

  /**
   * The newest operations first.
   *
   * @param limit at most so many, 1 to 1,000
   * @param before only those made before this one
   * @param state only those that stand so
   */
  Future<List<OperationView>> list(
      int limit, Optional<OperationId> before, Optional<OperationView.State> state);

  /**
   * An operation as soon as its revision is greater than {@code after}, at the latest after {@code
   * wait}; at once where it has finished.
   */
  Future<OperationView> await(OperationId id, long after, Duration wait);

  /**
   * Asks for the end of what has no outcome yet. Done when that wish is durable; the outcomes still
   * come from the hosts, and may be that it was done in time. Nothing happens to one that has
   * finished.
   */
  default Future<OperationView> cancel(OperationId id) {
    return cancel(id, "asked for by a person");
  }

  /** The same with a reason, which the outcome will tell. */
  Future<OperationView> cancel(OperationId id, String reason);
}
