package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.ProblemCode;
import berth.protocol.reply.Result.InspectionResult;
import berth.protocol.state.Inspection;
import berth.protocol.state.Inspection.Listener;
import berth.protocol.state.Inspection.ResourceUsage;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** {@code berth inspect}: a container seen from close by. */
final class InspectCommand {
  private InspectCommand() {}

  static CommandSpec spec() {
    return Options.command(
        "inspect",
        "Look closely at a container: processes, network, mounts, limits, configuration.",
        InspectCommand::run,
        List.of(
            Options.container(),
            Options.span("--deadline", "How long the host may take to begin, such as 30s (10m).")),
        "berth inspect lab1/web",
        "berth inspect lab1/web -o json");
  }

  private static int run(Invocation invocation) throws IOException, InterruptedException {
    var ref = invocation.operand(0, ContainerRef.class);
    var api = invocation.api();
    var path = "hosts/" + ref.host() + "/containers/" + ref.container() + "/inspect";
    var submitted =
        api.post(path + Operation.deadline(invocation, "?"), Map.of(), OperationView.class);
    var ended = new Operation(invocation, api).await(submitted);
    var target = ended.targets().getFirst();
    if (target.problem().isPresent()) {
      Problems.print(invocation.terminal(), ended.summary(), target.problem().get());
      return Operation.status(ended);
    }
    if (!(target.result().orElse(null) instanceof InspectionResult(var inspection))) {
      throw new BerthException(ProblemCode.INTERNAL, ended.summary() + " ended without a result");
    }
    if (invocation.json()) {
      invocation.print(inspection);
    } else {
      print(invocation.terminal(), ref, inspection);
    }
    return ExitCode.DONE;
  }

  private static void print(Terminal terminal, ContainerRef ref, Inspection seen) {
    var container = seen.container();
    Views.line(terminal, "Container", ref);
    Views.line(terminal, "Status", Views.word(container.status()));
    Views.line(terminal, "Reason", container.reason().orElse(""));
    Views.line(terminal, "OS", container.os().orElse(""));
    Views.line(terminal, "Unit", container.unit());
    Views.line(terminal, "Volume", container.volume());
    usage(terminal, seen.usage());
    processes(terminal, seen);
    network(terminal, seen);
    mounts(terminal, seen);
    for (var file : seen.files()) {
      head(terminal, file.path());
      file.text().lines().forEach(line -> terminal.out().println(Problems.printable(line)));
    }
    if (!seen.missing().isEmpty()) {
      head(terminal, "Not available");
      seen.missing().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(part ->
              terminal
                  .out()
                  .println(
                      Problems.printable(
                          part.getKey().replace("usage.", "") + ": " + part.getValue())));
    }
  }

  private static void usage(Terminal terminal, ResourceUsage usage) {
    Views.line(terminal, "Memory", of(usage.memory(), usage.memoryMax(), Object::toString));
    Views.line(terminal, "Held back", usage.memoryHigh().map(high -> "from " + high).orElse(""));
    Views.line(terminal, "Swap", of(usage.swap(), usage.swapMax(), Object::toString));
    Views.line(terminal, "Tasks", of(usage.tasks(), usage.tasksMax(), Object::toString));
    Views.line(terminal, "Processor", usage.cpuTime().map(Times::precise).orElse(""));
    Views.line(terminal, "Processors", usage.cpus().map(cpus -> "at most " + cpus).orElse(""));
    Views.line(
        terminal,
        "Disk",
        usage
            .ioRead()
            .map(read ->
                read + " read, " + usage.ioWritten().map(Object::toString).orElse("-") + " written")
            .orElse(""));
  }

  private static <T> String of(Optional<T> used, Optional<T> limit, Function<T, String> shown) {
    var most = limit.map(l -> " of " + shown.apply(l));
    return used.map(u -> shown.apply(u) + most.orElse(", no limit"))
        .or(() -> limit.map(l -> "at most " + shown.apply(l)))
        .orElse("");
  }

  private static void processes(Terminal terminal, Inspection seen) {
    if (seen.processes().isEmpty()) {
      return;
    }
    head(
        terminal,
        seen.processCount() > seen.processes().size()
            ? "Processes: %d of %d".formatted(seen.processes().size(), seen.processCount())
            : "Processes");
    var table = new Table("PID", "ON HOST", "USER", "MEMORY", "TIME", "COMMAND");
    for (var process : seen.processes()) {
      table.row(
          process.pid(),
          process.hostPid(),
          process.user(),
          process.memory(),
          Times.precise(process.cpuTime()),
          process.command());
    }
    table.print(terminal);
  }

  private static void network(Terminal terminal, Inspection seen) {
    if (!seen.interfaces().isEmpty()) {
      head(terminal, "Network");
      var table = new Table("INTERFACE", "STATE", "ADDRESSES");
      for (var one : seen.interfaces()) {
        table.row(one.name(), one.up() ? "up" : "down", String.join(" ", one.addresses()));
      }
      table.print(terminal);
    }
    if (!seen.listeners().isEmpty()) {
      head(terminal, "Listening");
      var table = new Table("PORT", "ADDRESS", "PID", "PROGRAM");
      for (var one : seen.listeners()) {
        table.row(port(one), one.address(), one.process().orElse(null), one.command().orElse(""));
      }
      table.print(terminal);
    }
  }

  private static String port(Listener listener) {
    return String.format(Locale.ROOT, "%d/%s", listener.port(), listener.protocol());
  }

  private static void mounts(Terminal terminal, Inspection seen) {
    if (!seen.mounts().isEmpty()) {
      head(terminal, "Mounts");
      var table = new Table("PATH", "TYPE", "ACCESS", "SOURCE");
      for (var one : seen.mounts()) {
        table.row(one.path(), one.type(), one.readOnly() ? "ro" : "rw", one.source());
      }
      table.print(terminal);
    }
  }

  private static void head(Terminal terminal, String title) {
    terminal.out().println();
    terminal.out().println(terminal.bold(Problems.printable(title)));
  }
}
