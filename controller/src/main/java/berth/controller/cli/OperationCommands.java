package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.Bytes;
import berth.protocol.OperationId;
import berth.protocol.Wire;
import berth.protocol.reply.Result;
import berth.protocol.reply.Result.ProcessResult;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code berth operation}. */
final class OperationCommands {
  private OperationCommands() {}

  static CommandSpec group() {
    return Options.group(
        "operation",
        "What was asked of hosts, and what came of it.",
        Options.command(
            "ls",
            "List the newest operations.",
            OperationCommands::list,
            List.of(
                Options.typed(
                    "-n|--limit", "NUMBER", "How many (20).", Integer.class, Options::parseNumber)),
            "berth operation ls -n 100"),
        Options.command(
            "show",
            "Show one operation with the outcome of each target.",
            OperationCommands::show,
            List.of(id()),
            "berth operation show 019ab000-0000-7000-8000-000000000002"),
        Options.command(
            "wait",
            "Wait for an operation's end.",
            OperationCommands::await,
            List.of(id()),
            "berth operation wait 019ab000-0000-7000-8000-000000000002"),
        Options.command(
            "cancel",
            "Cancel an operation.",
            OperationCommands::cancel,
            List.of(id()),
            "berth operation cancel 019ab000-0000-7000-8000-000000000002"));
  }

  private static PositionalParamSpec id() {
    return Options.operand(0, "ID", "The operation.", OperationId.class, OperationId::of);
  }

  private static int list(Invocation invocation) throws IOException {
    var answer = invocation.api().get("operations?limit=" + invocation.option("--limit", 20));
    if (invocation.json()) {
      invocation.print(answer.get("operations"));
      return ExitCode.DONE;
    }
    var table = new Table("OPERATION", "STATE", "AGE", "TOOK", "WHAT");
    for (var node : answer.get("operations")) {
      var operation = Wire.json().treeToValue(node, OperationView.class);
      table.row(
          operation.id(),
          Views.word(operation.state()),
          Times.ago(java.util.Optional.of(operation.created())),
          took(operation),
          operation.summary());
    }
    table.print(invocation.terminal());
    return ExitCode.DONE;
  }

  private static int show(Invocation invocation) throws IOException {
    var answer = invocation.api().get("operations/" + invocation.operand(0, OperationId.class));
    if (invocation.json()) {
      invocation.print(answer);
      return ExitCode.DONE;
    }
    var operation = Wire.json().treeToValue(answer, OperationView.class);
    var terminal = invocation.terminal();
    Views.line(terminal, "Operation", operation.id());
    Views.line(terminal, "What", operation.summary());
    Views.line(terminal, "State", Views.word(operation.state()));
    Views.line(terminal, "Created", Times.local(operation.created()));
    Views.line(terminal, "Took", took(operation));
    var table = new Table("HOST", "STATE", "DEADLINE", "OUTCOME");
    for (var target : operation.targets()) {
      var outcome =
          target
              .problem()
              .map(p -> p.code() + ": " + p.message())
              .or(() -> target.result().map(OperationCommands::outcome))
              .or(() -> target.progress().map(p -> p.text()))
              .orElse("");
      table.row(target.host(), Views.word(target.state()), Times.local(target.deadline()), outcome);
    }
    table.print(terminal);
    for (var target : operation.targets()) {
      target
          .problem()
          .ifPresent(problem -> {
            problem.remedy().ifPresent(text -> Views.line(terminal, "To do", text));
            problem
                .log()
                .forEach(line -> terminal.out().println("  | " + Problems.printable(line)));
          });
      if (target.result().orElse(null) instanceof ProcessResult process) {
        tail(terminal, "Output", process.stdout());
        tail(terminal, "Errors", process.stderr());
        process.warnings().forEach(text -> Views.line(terminal, "Note", Problems.printable(text)));
      }
    }
    return ExitCode.DONE;
  }

  private static String outcome(Result result) {
    return result instanceof ProcessResult process
        ? process
            .exitCode()
            .map(code -> "exit code " + code)
            .orElseGet(() -> "killed by signal " + process.signal().orElseThrow())
        : Wire.kind(result.getClass());
  }

  /** The last of what a program wrote, as far as it was kept. */
  private static void tail(Terminal terminal, String label, Bytes bytes) {
    if (bytes.length() > 0) {
      terminal.out().println(terminal.bold(label + ":"));
      bytes.text().lines().forEach(line -> terminal.out().println(Problems.printable(line)));
    }
  }

  private static int await(Invocation invocation) throws IOException, InterruptedException {
    var api = invocation.api();
    var operation =
        api.get("operations/" + invocation.operand(0, OperationId.class), OperationView.class);
    return new Operation(invocation, api).finish(List.of(operation));
  }

  private static int cancel(Invocation invocation) throws IOException, InterruptedException {
    var api = invocation.api();
    var id = invocation.operand(0, OperationId.class);
    var operation = api.post("operations/" + id + "/cancel", Map.of(), OperationView.class);
    var ended = new Operation(invocation, api).await(operation);
    if (invocation.json()) {
      invocation.print(ended);
    } else {
      invocation.terminal().out().println(ended.summary() + ": " + Views.word(ended.state()));
    }
    return ExitCode.DONE;
  }

  private static String took(OperationView operation) {
    return operation
        .finished()
        .map(end -> seconds(Duration.between(operation.created(), end)))
        .orElseGet(() -> Times.span(Duration.between(operation.created(), Instant.now())) + "+");
  }

  private static String seconds(Duration duration) {
    return String.format(java.util.Locale.ROOT, "%.1fs", duration.toMillis() / 1000.0);
  }
}
