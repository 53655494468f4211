package berth.controller.cli;

import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code berth completion}: the script that makes a shell complete commands and options. */
final class CompletionCommand {
  private CompletionCommand() {}

  static CommandSpec spec() {
    return Options.command(
        "completion",
        "Print the completion script for bash and zsh.",
        CompletionCommand::print,
        List.of(),
        "source <(berth completion)");
  }

  private static int print(Invocation invocation) {
    var script = AutoComplete.bash("berth", new CommandLine(BerthCli.tree(true)));
    invocation.terminal().out().print(script);
    return ExitCode.DONE;
  }
}
