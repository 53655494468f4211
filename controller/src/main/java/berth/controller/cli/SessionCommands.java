package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.OperationId;
import berth.protocol.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code berth session}: the programs and shells that run in containers now. */
final class SessionCommands {
  private static final String EXEC = "exec";
  private static final int MOST = 1000;

  private SessionCommands() {}

  static CommandSpec group() {
    return Options.group(
        "session",
        "The shells and programs that were started in containers and run now.",
        Options.command(
            "ls", "List what runs.", SessionCommands::list, List.of(), "berth session ls"),
        Options.command(
            "attach",
            "Attach this terminal to a shell that was started with --keep, or was cut off.",
            SessionCommands::attach,
            List.of(id(), ShellCommand.record()),
            "berth session attach 019ab000-0000-7000-8000-000000000002"),
        Options.command(
            "kill",
            "End a session and all its processes.",
            SessionCommands::kill,
            List.of(id()),
            "berth session kill 019ab000-0000-7000-8000-000000000002"));
  }

  private static PositionalParamSpec id() {
    return Options.operand(0, "ID", "The session's operation.", OperationId.class, OperationId::of);
  }

  private static int list(Invocation invocation) throws IOException {
    var sessions = new ArrayList<OperationView>();
    for (var node :
        invocation.api().get("operations?state=RUNNING&limit=" + MOST).get("operations")) {
      var operation = Wire.json().treeToValue(node, OperationView.class);
      if (operation.kind().equals(EXEC)) {
        sessions.add(operation);
      }
    }
    if (invocation.json()) {
      invocation.print(sessions);
      return ExitCode.DONE;
    }
    var table = new Table("SESSION", "STATE", "AGE", "WHAT");
    for (var session : sessions) {
      var target = session.targets().getFirst();
      table.row(
          session.id(),
          Views.word(target.state()),
          Times.ago(Optional.of(session.created())),
          session.summary());
    }
    table.print(invocation.terminal());
    return ExitCode.DONE;
  }

  private static int attach(Invocation invocation) throws IOException, InterruptedException {
    return ShellCommand.attach(invocation, invocation.operand(0, OperationId.class));
  }

  private static int kill(Invocation invocation) throws IOException, InterruptedException {
    var api = invocation.api();
    var id = invocation.operand(0, OperationId.class);
    var asked = api.post("operations/" + id + "/cancel", Map.of(), OperationView.class);
    var ended = new Operation(invocation, api).await(asked);
    if (invocation.json()) {
      invocation.print(ended);
    } else {
      invocation.terminal().out().println(ended.summary() + ": ended");
    }
    return ExitCode.DONE;
  }
}
