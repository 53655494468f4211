package berth.controller.cli;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The entry point of {@code berth}: reads the arguments, runs a command, answers its status. */
public final class BerthCli {
  private BerthCli() {}

  /** Runs one command and ends the process with its status. */
  public static void main(String[] args) {
    // A POST must not be sent again behind our back when a kept connection turns out dead.
    System.setProperty("sun.net.http.retryPost", "false");
    var terminal = Terminal.system();
    var status = run(terminal, args);
    terminal.out().flush();
    terminal.err().flush();
    Runtime.getRuntime().exit(status);
  }

  static int run(Terminal terminal, String... args) {
    var separator = Arrays.asList(args).indexOf("--");
    var own = separator < 0 ? args : Arrays.copyOf(args, separator);
    var rest =
        separator < 0 ? List.<String>of() : List.of(args).subList(separator + 1, args.length);
    var commands = new CommandLine(tree(separator < 0));
    try {
      return execute(commands.parseArgs(own), new ArrayList<>(rest), terminal);
    } catch (ParameterException e) {
      var name = e.getCommandLine().getCommandSpec().qualifiedName();
      terminal.err().println(name + ": " + e.getMessage());
      terminal.err().println("Try '" + name + " --help'.");
      return ExitCode.USAGE;
    } catch (BerthException e) {
      Problems.print(terminal, e.problem());
      return ExitCode.of(e.problem());
    } catch (InterruptedException | InterruptedIOException e) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILED;
    } catch (IOException | UncheckedIOException e) {
      Problems.print(terminal, new Problem(ProblemCode.UNAVAILABLE, e.toString()));
      return ExitCode.BERTH;
    }
  }

  /**
   * All commands.
   *
   * @param stopAtOperand whether {@code exec} and {@code shell} take all behind the container as
   *     the program
   */
  static CommandSpec tree(boolean stopAtOperand) {
    var root =
        Options.group(
            "berth",
            "Runs systemd-nspawn containers on many hosts as one fleet.",
            HostCommands.group(),
            ImageCommands.group(),
            PoolCommands.group(),
            ContainerCommands.create(),
            ContainerCommands.list(),
            ContainerCommands.show(),
            ContainerCommands.start(),
            ContainerCommands.stop(),
            ContainerCommands.restart(),
            ContainerCommands.remove(),
            VerbCommands.kill(),
            VerbCommands.reboot(),
            VerbCommands.pause(),
            VerbCommands.resume(),
            VerbCommands.copy(),
            VerbCommands.rename(),
            WaitCommand.spec(),
            ExecCommand.spec(stopAtOperand),
            LogsCommand.spec(),
            InspectCommand.spec(),
            TopCommand.spec(),
            EventsCommand.spec(),
            OperationCommands.group(),
            LabCommands.group(),
            BenchCommands.group(),
            SpecCommands.set(),
            SpecCommands.enable(),
            SpecCommands.disable(),
            SpecCommands.adopt(),
            CompletionCommand.spec(),
            ShellCommand.spec(stopAtOperand),
            SessionCommands.group(),
            CpCommand.spec(),
            SnapshotCommands.group(),
            ArchiveCommands.exporting(),
            ArchiveCommands.importing(),
            ArchiveCommands.copying());
    root.usageMessage()
        .footerHeading("%nStart here:%n")
        .footer(
            "  berth lab up --hosts 2         a controller and two real hosts on this machine",
            "  berth host ls                  the hosts of the fleet",
            "  berth COMMAND --help           what a command does, with examples",
            "",
            "Exit status: 0 done, 1 failed, 2 usage, 124 deadline passed, 125 Berth itself failed;",
            "exec: the program's own, 126 not executable, 127 not found, 128+N killed by signal"
                + " N.");
    return root;
  }

  private static int execute(ParseResult parsed, List<String> rest, Terminal terminal)
      throws IOException, InterruptedException {
    var leaf = parsed;
    while (leaf.hasSubcommand()) {
      leaf = leaf.subcommand();
    }
    var commandLine = leaf.commandSpec().commandLine();
    if (leaf.isUsageHelpRequested()) {
      commandLine.usage(terminal.out());
      return ExitCode.DONE;
    }
    if (leaf.commandSpec().userObject() instanceof Action action) {
      return action.run(new Invocation(leaf, rest, terminal));
    }
    commandLine.usage(terminal.err());
    return ExitCode.USAGE;
  }
}
