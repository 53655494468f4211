package berth.controller.model;

import berth.protocol.OperationId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An operation as it stands: a command, or a bulk of them, with what became of it on each host.
 *
 * @param kind of its commands, as on the wire: {@code create-container}
 * @param summary one line for people: {@code create lab1/web}
 * @param revision grows with every change; two views of the same revision are equal but for whether
 *     hosts are online
 * @param finished when its last target ended
 */
public record OperationView(
    OperationId id,
    String kind,
    String summary,
    State state,
    long revision,
    Instant created,
    Optional<Instant> finished,
    List<TargetView> targets) {

  /** How far an operation is, which follows from its targets. */
  public enum State {
    /** A target has no outcome yet. */
    RUNNING,
    /** Every target succeeded. */
    SUCCEEDED,
    /** Every target has an outcome, and one of them failed. */
    FAILED
  }

  public OperationView {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(summary, "summary");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(created, "created");
    targets = targets == null ? List.of() : List.copyOf(targets);
  }
}
