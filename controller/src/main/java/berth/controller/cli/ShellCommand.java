package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.OperationId;
import berth.protocol.ProblemCode;
import berth.protocol.command.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code berth shell}: a terminal in a container. */
final class ShellCommand {
  /** systemd says which shell a user has: SHELL, unless it is one that keeps people out. */
  private static final List<String> LOGIN_SHELL =
      List.of(
          "/bin/sh",
          "-c",
          "cd 2>/dev/null; [ -x \"$SHELL\" ] && exec \"$SHELL\" -l; exec /bin/sh -l");

  /** Nobody waits at a prompt that does not come. */
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private ShellCommand() {}

  static CommandSpec spec(boolean stopAtOperand) {
    var spec =
        Options.command(
            "shell",
            "Open a terminal in a container: a login shell, or a program.",
            ShellCommand::run,
            List.of(
                Options.container(),
                ExecCommand.program(),
                Options.text("-u|--user", "USER", "Run as this user (root)."),
                Options.text("-C|--directory", "PATH", "Run in this directory."),
                Options.texts("-e|--env", "NAME=VALUE", "Set a variable; may repeat."),
                keep(),
                record(),
                Options.span("--deadline", "How long the host may take to begin (20s).")),
            "berth shell lab1/web               Ctrl-] three times leaves it",
            "berth shell -u www-data lab1/web",
            "berth shell --keep lab1/web -- top  goes on without us: berth session ls",
            "berth shell --record demo.cast lab1/web   asciinema play demo.cast");
    spec.parser().stopAtPositional(stopAtOperand);
    return spec;
  }

  static OptionSpec keep() {
    return Options.flag("--keep", "Let it go on when this terminal or its connection ends.");
  }

  static OptionSpec record() {
    return Options.text("--record", "FILE", "Record what is shown, as asciicast v2.");
  }

  private static int run(Invocation invocation) throws IOException, InterruptedException {
    var argv = new ArrayList<>(invocation.<String>operands(1));
    argv.addAll(invocation.rest());
    return open(invocation, argv.isEmpty() ? LOGIN_SHELL : argv);
  }

  /** Runs a program on a terminal in the container that the invocation names. */
  static int open(Invocation invocation, List<String> argv)
      throws IOException, InterruptedException {
    requireTerminal(invocation);
    var ref = invocation.operand(0, ContainerRef.class);
    var body = ExecCommand.body(invocation, argv);
    body.put("terminal", new Terminal(RawMode.size(), type()));
    body.put("keep", invocation.flag("--keep"));
    var deadline = invocation.option("--deadline", DEADLINE);
    try {
      var path = "hosts/" + ref.host() + "/containers/" + ref.container() + "/exec";
      var operation =
          invocation.api().post(path + "?deadline=" + deadline, body, OperationView.class);
      return attach(invocation, operation.id());
    } catch (BerthException e) {
      Problems.print(invocation.terminal(), e.problem());
      return ExecCommand.status(e.problem());
    }
  }

  /** Attaches this terminal to a program that runs; answers its exit status. */
  static int attach(Invocation invocation, OperationId id)
      throws IOException, InterruptedException {
    requireTerminal(invocation);
    var api = invocation.api();
    try (var recording = Recordings.of(invocation, id)) {
      var session = new TerminalSession(invocation.terminal(), api, id, recording.one());
      var ended = session.run();
      if (ended.isPresent()) {
        return ExecCommand.status(invocation, ended.get());
      }
      var err = invocation.terminal().err();
      if (!session.left()) {
        err.println("the connection was lost; asking for the outcome");
        var operation = api.get("operations/" + id, OperationView.class);
        return ExecCommand.status(invocation, new Operation(invocation, api).await(operation));
      }
      err.println("left; a session with --keep goes on: berth session attach " + id);
      return ExitCode.DONE;
    }
  }

  private static void requireTerminal(Invocation invocation) {
    if (invocation.terminal().inDevice().isEmpty()) {
      throw new BerthException(
          ProblemCode.INVALID,
          "standard input is no terminal",
          "run it from one, or use: berth exec HOST/CONTAINER -- PROGRAM");
    }
  }

  private static String type() {
    var type = Optional.ofNullable(System.getenv("TERM")).orElse("dumb");
    return type.matches("[A-Za-z0-9][A-Za-z0-9+._-]{0,63}") ? type : "dumb";
  }

  /** A recording or none, to be closed either way. */
  private record Recordings(Optional<Recording> one) implements AutoCloseable {
    static Recordings of(Invocation invocation, OperationId id) throws IOException {
      var file = invocation.<String>option("--record");
      return new Recordings(
          file.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  Recording.to(
                      Path.of(file.get()), RawMode.size(), type(), "berth session " + id)));
    }

    @Override
    public void close() throws IOException {
      if (one.isPresent()) {
        one.get().close();
      }
    }
  }
}
