package berth.controller.operation;

import berth.controller.model.OperationView;
import berth.controller.model.TargetView;
import berth.controller.operation.TargetState.Accepted;
import berth.controller.operation.TargetState.Failed;
import berth.controller.operation.TargetState.Presumed;
import berth.controller.operation.TargetState.Queued;
import berth.controller.operation.TargetState.Sent;
import berth.controller.operation.TargetState.Succeeded;
import berth.controller.store.Row;
import berth.controller.store.Transaction;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.Wire;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads operations and targets out of the database. */
final class OperationRows {
  /** A list ends early rather than carry more targets than this. */
  private static final int MOST_TARGETS_OF_A_LIST = 10_000;

  private OperationRows() {}

  static Optional<OperationView> view(Transaction tx, OperationId id, Predicate<HostId> online) {
    return tx.one("SELECT * FROM operation WHERE id = ?", row -> head(row), id)
        .map(head -> whole(tx, head, online));
  }

  static List<OperationView> list(
      Transaction tx,
      int limit,
      Optional<OperationId> before,
      Optional<OperationView.State> state,
      Predicate<HostId> online) {
    var heads =
        tx.query(
            """
            SELECT * FROM operation
            WHERE (CAST(? AS TEXT) IS NULL OR id < ?) AND (CAST(? AS TEXT) IS NULL OR state = ?)
            ORDER BY id DESC LIMIT ?
            """,
            OperationRows::head,
            before,
            before,
            state,
            state,
            limit);
    var views = new ArrayList<OperationView>();
    var targets = 0;
    for (var head : heads) {
      views.add(whole(tx, head, online));
      targets += views.getLast().targets().size();
      if (targets > MOST_TARGETS_OF_A_LIST) {
        break;
      }
    }
    return views;
  }

  static Target target(Row row) {
    return new Target(envelope(row), state(row), row.textOrNone("cancel"));
  }

  static Envelope envelope(Row row) {
    return json(row.text("envelope"), Envelope.class);
  }

  static TargetView.State name(TargetState state) {
    return switch (state) {
      case Queued _ -> TargetView.State.QUEUED;
      case Sent _ -> TargetView.State.SENT;
      case Accepted _ -> TargetView.State.ACCEPTED;
      case Succeeded _ -> TargetView.State.SUCCEEDED;
      case Failed _, Presumed _ -> TargetView.State.FAILED;
    };
  }

  private static TargetState state(Row row) {
    var accepted = row.timeOrNone("accepted");
    return switch (TargetView.State.valueOf(row.text("state"))) {
      case QUEUED -> new Queued();
      case SENT -> new Sent();
      case ACCEPTED -> new Accepted(row.time("accepted"));
      case SUCCEEDED ->
          new Succeeded(accepted, row.time("finished"), json(row.text("result"), Result.class));
      case FAILED -> {
        var problem = json(row.text("problem"), Problem.class);
        yield row.number("presumed") == 1
            ? new Presumed(row.time("finished"), problem)
            : new Failed(accepted, row.time("finished"), problem);
      }
    };
  }

  private static OperationView whole(Transaction tx, OperationView head, Predicate<HostId> online) {
    var targets =
        tx.query(
            """
            SELECT command, host, container, state, deadline, accepted, finished, progress, result,
              problem
            FROM target WHERE operation = ? ORDER BY command
            """,
            row -> targetView(row, online),
            head.id());
    return new OperationView(
        head.id(),
        head.kind(),
        head.summary(),
        head.state(),
        head.revision(),
        head.created(),
        head.finished(),
        targets);
  }

  private static OperationView head(Row row) {
    return new OperationView(
        OperationId.of(row.text("id")),
        row.text("kind"),
        row.text("summary"),
        OperationView.State.valueOf(row.text("state")),
        row.number("revision"),
        row.time("created"),
        row.timeOrNone("finished"),
        List.of());
  }

  private static TargetView targetView(Row row, Predicate<HostId> online) {
    var host = new HostId(row.text("host"));
    var state = TargetView.State.valueOf(row.text("state"));
    return new TargetView(
        CommandId.of(row.text("command")),
        host,
        row.textOrNone("container").map(ContainerName::new),
        state,
        row.time("deadline"),
        row.timeOrNone("accepted"),
        row.timeOrNone("finished"),
        row.textOrNone("progress")
            .filter(_ -> !state.finished())
            .map(text -> json(text, Reply.Progress.class)),
        row.textOrNone("result").map(text -> json(text, Result.class)),
        row.textOrNone("problem").map(text -> json(text, Problem.class)),
        online.test(host));
  }

  private static <T> T json(String text, Class<T> type) {
    return Wire.read(text.getBytes(StandardCharsets.UTF_8), type);
  }
}
