package berth.controller.operation;

import berth.controller.model.OperationView;
import berth.controller.operation.TargetState.Accepted;
import berth.controller.operation.TargetState.Ended;
import berth.controller.operation.TargetState.Failed;
import berth.controller.operation.TargetState.Presumed;
import berth.controller.operation.TargetState.Queued;
import berth.controller.operation.TargetState.Sent;
import berth.controller.operation.TargetState.Succeeded;
import berth.controller.store.Transaction;
import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.Wire;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Operations and targets in the database: what changes them, and what the core looks for. */
final class OperationStore {
  private OperationStore() {}

  /** An operation that was made before with the same idempotency key. */
  record Earlier(OperationId id, String request) {}

  /**
   * An operation after one of its targets moved.
   *
   * @param changed whether that moved the operation's own state
   */
  record Standing(OperationView.State state, boolean changed) {}

  static Optional<Earlier> earlier(Transaction tx, String key) {
    return tx.one(
        "SELECT id, request FROM operation WHERE idempotency_key = ?",
        row -> new Earlier(OperationId.of(row.text("id")), row.text("request")),
        key);
  }

  static void insert(
      Transaction tx,
      OperationRequest request,
      String digest,
      String kind,
      List<Envelope> envelopes) {
    var first = envelopes.getFirst();
    tx.execute(
        """
        INSERT INTO operation (id, kind, summary, state, revision, created, open_targets,
          failed_targets, idempotency_key, request)
        VALUES (?, ?, ?, 'RUNNING', 1, ?, ?, 0, ?, ?)
        """,
        first.operation(),
        kind,
        request.summary(),
        first.issued(),
        envelopes.size(),
        request.idempotencyKey(),
        digest);
    for (var envelope : envelopes) {
      tx.execute(
          """
          INSERT INTO target (command, operation, host, container, state, presumed, streamed,
            deadline, envelope)
          VALUES (?, ?, ?, ?, 'QUEUED', 0, ?, ?, ?)
          """,
          envelope.id(),
          envelope.operation(),
          envelope.host(),
          Commands.container(envelope.command()),
          Commands.streamed(envelope.command()),
          envelope.deadline(),
          json(envelope));
    }
  }

  static Optional<Target> target(Transaction tx, CommandId command) {
    return tx.one("SELECT * FROM target WHERE command = ?", OperationRows::target, command);
  }

  static List<Target> unfinished(Transaction tx, OperationId operation) {
    return tx.query(
        """
        SELECT * FROM target WHERE operation = ? AND state IN ('QUEUED', 'SENT', 'ACCEPTED')
        ORDER BY command
        """,
        OperationRows::target,
        operation);
  }

  /** What is written down, not sent, and may still begin; oldest first. */
  static List<Envelope> queued(Transaction tx, Instant now, int limit) {
    return tx.query(
        """
        SELECT envelope FROM target WHERE state = 'QUEUED' AND deadline > ?
        ORDER BY command LIMIT ?
        """,
        OperationRows::envelope,
        now,
        limit);
  }

  /** What the broker took for a host that did not accept it so far, oldest first. */
  static List<Envelope> sentTo(Transaction tx, HostId host, Instant now, int limit) {
    return tx.query(
        """
        SELECT envelope FROM target
        WHERE host = ? AND state = 'SENT' AND cancel IS NULL AND deadline > ?
        ORDER BY command LIMIT ?
        """,
        OperationRows::envelope,
        host,
        now,
        limit);
  }

  /** What a host, or any where none is named, accepted and did not end, oldest first. */
  static List<Envelope> accepted(Transaction tx, Optional<HostId> host, int limit) {
    return tx.query(
        """
        SELECT envelope FROM target WHERE state = 'ACCEPTED' AND host = COALESCE(?, host)
        ORDER BY command LIMIT ?
        """,
        OperationRows::envelope,
        host,
        limit);
  }

  /** What a host accepted before a moment of its own clock and did not end. */
  static List<Target> acceptedBefore(Transaction tx, HostId host, Instant at) {
    return tx.query(
        "SELECT * FROM target WHERE host = ? AND state = 'ACCEPTED' AND accepted < ?",
        OperationRows::target,
        host,
        at);
  }

  /** What no host accepted though its deadline was before a moment. */
  static List<Target> overdue(Transaction tx, Instant before, int limit) {
    return tx.query(
        """
        SELECT * FROM target WHERE state IN ('QUEUED', 'SENT') AND deadline < ?
        ORDER BY deadline LIMIT ?
        """,
        OperationRows::target,
        before,
        limit);
  }

  /** Operations with output that goes to a reader, and without an outcome. */
  static List<OperationId> streaming(Transaction tx) {
    return tx.query(
        """
        SELECT DISTINCT operation FROM target
        WHERE streamed = 1 AND state IN ('QUEUED', 'SENT', 'ACCEPTED')
        """,
        row -> OperationId.of(row.text("operation")));
  }

  /** Targets that somebody wants ended, which the broker was not told so far. */
  static List<Target> toCancel(Transaction tx, int limit) {
    return tx.query(
        """
        SELECT * FROM target WHERE cancel IS NOT NULL AND cancelled IS NULL
          AND (state IN ('SENT', 'ACCEPTED') OR presumed = 1)
        ORDER BY command LIMIT ?
        """,
        OperationRows::target,
        limit);
  }

  static void wantCancelled(Transaction tx, CommandId command, String reason) {
    tx.execute(
        "UPDATE target SET cancel = ? WHERE command = ? AND cancel IS NULL", reason, command);
  }

  /** What shall be ended on a host and has not ended is to be told to it once more. */
  static void cancelAgain(Transaction tx, HostId host) {
    tx.execute(
        """
        UPDATE target SET cancelled = NULL
        WHERE host = ? AND cancelled IS NOT NULL
          AND (state IN ('SENT', 'ACCEPTED') OR presumed = 1)
        """,
        host);
  }

  static void cancelSent(Transaction tx, CommandId command, Instant now) {
    tx.execute("UPDATE target SET cancelled = ? WHERE command = ?", now, command);
  }

  /** Keeps how far a command of a host has come; tells its operation where it still runs. */
  static Optional<OperationId> progress(
      Transaction tx, CommandId command, HostId host, Reply.Progress progress) {
    var operation =
        tx.one(
            """
            UPDATE target SET progress = ?
            WHERE command = ? AND host = ? AND state IN ('QUEUED', 'SENT', 'ACCEPTED')
            RETURNING operation
            """,
            row -> OperationId.of(row.text("operation")),
            json(progress),
            command,
            host);
    operation.ifPresent(
        id -> tx.execute("UPDATE operation SET revision = revision + 1 WHERE id = ?", id));
    return operation;
  }

  /** Moves a target from the state it is in, and its operation with it. */
  static Standing move(Transaction tx, Target target, TargetState next) {
    write(tx, target.envelope().id(), next);
    var was = target.state();
    var opened = ended(was) - ended(next);
    var failed = failed(next) - failed(was);
    var id = target.envelope().operation();
    return tx.one(
            """
            UPDATE operation SET revision = revision + 1,
              open_targets = open_targets + ?, failed_targets = failed_targets + ?
            WHERE id = ? RETURNING state, open_targets, failed_targets
            """,
            row ->
                new Counts(
                    OperationView.State.valueOf(row.text("state")),
                    row.number("open_targets"),
                    row.number("failed_targets")),
            opened,
            failed,
            id)
        .map(counts -> stand(tx, id, counts, next))
        .orElseThrow();
  }

  /** What is told of an operation that has come to its end. */
  static Optional<OperationFinished> finished(Transaction tx, OperationId id) {
    return tx.one(
        "SELECT id, kind, summary, state, failed_targets FROM operation WHERE id = ?",
        row ->
            new OperationFinished(
                OperationId.of(row.text("id")),
                row.text("kind"),
                row.text("summary"),
                OperationView.State.valueOf(row.text("state")),
                row.number("failed_targets")),
        id);
  }

  /** Forgets operations that ended before a moment; tells how many. */
  static int forget(Transaction tx, Instant before, int limit) {
    return tx.execute(
        """
        DELETE FROM operation WHERE id IN (
          SELECT id FROM operation WHERE finished < ? ORDER BY finished LIMIT ?)
        """,
        before,
        limit);
  }

  private record Counts(OperationView.State state, long open, long failed) {
    OperationView.State due() {
      if (open > 0) {
        return OperationView.State.RUNNING;
      }
      return failed > 0 ? OperationView.State.FAILED : OperationView.State.SUCCEEDED;
    }
  }

  private static Standing stand(Transaction tx, OperationId id, Counts counts, TargetState latest) {
    if (counts.due() == counts.state()) {
      return new Standing(counts.state(), false);
    }
    tx.execute(
        "UPDATE operation SET state = ?, finished = ? WHERE id = ?",
        counts.due(),
        latest instanceof Ended ended ? ended.finished() : null,
        id);
    return new Standing(counts.due(), true);
  }

  private static void write(Transaction tx, CommandId command, TargetState next) {
    var state = OperationRows.name(next);
    switch (next) {
      case Queued _, Sent _ -> write(tx, command, state, false, null, null, null, null);
      case Accepted(var at) -> write(tx, command, state, false, at, null, null, null);
      case Succeeded(var accepted, var finished, var result) ->
          write(tx, command, state, false, accepted.orElse(null), finished, result, null);
      case Failed(var accepted, var finished, var problem) ->
          write(tx, command, state, false, accepted.orElse(null), finished, null, problem);
      case Presumed(var finished, var problem) ->
          write(tx, command, state, true, null, finished, null, problem);
    }
  }

  private static void write(
      Transaction tx,
      CommandId command,
      Object state,
      boolean presumed,
      Instant accepted,
      Instant finished,
      Result result,
      Problem problem) {
    tx.execute(
        """
        UPDATE target SET state = ?, presumed = ?, accepted = ?, finished = ?, result = ?,
          problem = ? WHERE command = ?
        """,
        state,
        presumed,
        accepted,
        finished,
        result == null ? null : json(result),
        problem == null ? null : json(problem),
        command);
  }

  private static long ended(TargetState state) {
    return state instanceof Ended ? 1 : 0;
  }

  private static long failed(TargetState state) {
    return state instanceof Failed || state instanceof Presumed ? 1 : 0;
  }

  private static String json(Object value) {
    return new String(Wire.write(value), StandardCharsets.UTF_8);
  }
}
