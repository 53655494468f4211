package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.reply.Result.ProcessResult;
import berth.protocol.stream.Output.OutputChunk;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code berth exec}: runs a program in a container as if it ran here. */
final class ExecCommand {
  private ExecCommand() {}

  static CommandSpec spec(boolean stopAtOperand) {
    var spec =
        Options.command(
            "exec",
            "Run a program in a container: its output, its input, its exit status.",
            ExecCommand::run,
            Stream.concat(
                    Stream.of(
                        Options.container(),
                        program(),
                        Options.text("-u|--user", "USER", "Run as this user (root)."),
                        Options.text("-C|--directory", "PATH", "Run in this directory (/)."),
                        Options.texts("-e|--env", "NAME=VALUE", "Set a variable; may repeat."),
                        Options.span("--timeout", "Kill it after this time."),
                        Options.flag("-n|--no-stdin", "Do not read standard input."),
                        Options.flag("-t|--terminal", "Run it on a terminal, as a shell does."),
                        Options.flag(
                            "-d|--detach", "Print the operation and go; its outcome is kept."),
                        ShellCommand.keep(),
                        ShellCommand.record()),
                    Options.operation().stream().skip(1))
                .toList(),
            "berth exec lab1/web -- sh -c 'echo out; echo err >&2; exit 7'",
            "tar -c site | berth exec lab1/web -- tar -x -C /srv",
            "berth exec -u www-data --timeout 30s lab1/web -- id",
            "berth exec -t lab1/web -- top",
            "berth exec --detach lab1/web -- apt-get -q -y upgrade   then: berth operation show"
                + " ID");
    spec.parser().stopAtPositional(stopAtOperand);
    return spec;
  }

  static PositionalParamSpec program() {
    return PositionalParamSpec.builder()
        .index("1..*")
        .arity("0..*")
        .paramLabel("-- PROGRAM ARGUMENT")
        .type(List.class)
        .auxiliaryTypes(String.class)
        .description("The program and its arguments.")
        .build();
  }

  private static int run(Invocation invocation) throws IOException, InterruptedException {
    var argv = argv(invocation);
    if (invocation.flag("--terminal")) {
      refuse(invocation, "--detach", "a terminal needs somebody in front of it");
      return ShellCommand.open(invocation, argv);
    }
    refuse(invocation, "--record", "only what a terminal shows can be recorded; add --terminal");
    refuse(invocation, "--keep", "only a terminal can be kept; add --terminal, or use --detach");
    return invocation.flag("--detach") ? detached(invocation, argv) : attached(invocation, argv);
  }

  private static void refuse(Invocation invocation, String option, String why) {
    if (invocation.flag(option)) {
      throw new BerthException(ProblemCode.INVALID, option + " does not fit here: " + why);
    }
  }

  private static int detached(Invocation invocation, List<String> argv) throws IOException {
    var body = body(invocation, argv);
    body.put("keep", true);
    var operation = submit(invocation, body);
    if (invocation.json()) {
      invocation.print(operation);
    } else {
      invocation.terminal().out().println(operation.id());
    }
    return ExitCode.DONE;
  }

  private static OperationView submit(Invocation invocation, Map<String, Object> body)
      throws IOException {
    var ref = invocation.operand(0, ContainerRef.class);
    var path = "hosts/" + ref.host() + "/containers/" + ref.container() + "/exec";
    return invocation
        .api()
        .post(path + Operation.deadline(invocation, "?"), body, OperationView.class);
  }

  private static int attached(Invocation invocation, List<String> argv)
      throws IOException, InterruptedException {
    var api = invocation.api();
    var stdin = invocation.terminal().inHasData() && !invocation.flag("--no-stdin");
    var body = body(invocation, argv);
    body.put("stdin", stdin);
    body.put("stream", true);
    try {
      var operation = submit(invocation, body);
      if (stdin) {
        Thread.ofPlatform().daemon().name("stdin").start(() -> feed(invocation, operation.id()));
      }
      var ended = new OutputFollower(invocation, api).follow(operation, print(invocation));
      if (invocation.json()) {
        invocation.print(ended);
      }
      return status(invocation, ended);
    } catch (BerthException e) {
      Problems.print(invocation.terminal(), e.problem());
      return status(e.problem());
    }
  }

  /** What is asked for but its streams. */
  static Map<String, Object> body(Invocation invocation, List<String> argv) {
    var body = new TreeMap<String, Object>();
    body.put("argv", argv);
    body.put("environment", environment(invocation));
    invocation.<String>option("--user").ifPresent(user -> body.put("user", user));
    invocation.<String>option("--directory").ifPresent(path -> body.put("directory", path));
    invocation.<Duration>option("--timeout").ifPresent(span -> body.put("timeout", span));
    return body;
  }

  private static List<String> argv(Invocation invocation) {
    var operands = new ArrayList<>(invocation.<String>operands(1));
    operands.addAll(invocation.rest());
    if (operands.isEmpty()) {
      throw new BerthException(
          ProblemCode.INVALID, "no program to run", "berth exec HOST/CONTAINER -- PROGRAM ...");
    }
    return operands;
  }

  private static Map<String, String> environment(Invocation invocation) {
    var environment = new TreeMap<String, String>();
    for (var variable : invocation.<List<String>>option("--env").orElse(List.of())) {
      var equals = variable.indexOf('=');
      if (equals < 1) {
        throw new BerthException(
            ProblemCode.INVALID, "bad variable \"" + variable + "\": write NAME=VALUE");
      }
      environment.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return environment;
  }

  /** Scripts that want JSON find the end of the output in it, as its result. */
  private static OutputFollower.Sink print(Invocation invocation) {
    if (invocation.json()) {
      return _ -> {};
    }
    return (OutputChunk chunk) -> {
      var stream =
          switch (chunk.channel()) {
            case STDOUT -> invocation.terminal().out();
            case STDERR -> invocation.terminal().err();
          };
      stream.write(chunk.data().array(), 0, chunk.data().length());
      if (stream.checkError()) {
        throw new IOException("the output can't be written");
      }
    };
  }

  /** Sends standard input as it comes; the program's end ends it too. */
  private static void feed(Invocation invocation, OperationId id) {
    try {
      var api = invocation.api();
      var connection = api.upload("operations/" + id + "/input", -1);
      connection.setReadTimeout(0); // the answer comes once the program has read it all
      var out = api.body(connection);
      var buffer = new byte[16 * 1024];
      for (int n; (n = read(invocation, buffer, connection)) >= 0; ) {
        out.write(buffer, 0, n);
        out.flush();
      }
      out.close();
      api.answer(connection, Map.class);
    } catch (IOException | BerthException _) {
      // The program ended without reading all of it, or was ended: its outcome tells.
    }
  }

  /** Input that can't be read is not at its end: to hang up has the program ended. */
  private static int read(Invocation invocation, byte[] buffer, HttpURLConnection connection)
      throws IOException {
    try {
      return invocation.terminal().in().read(buffer);
    } catch (IOException e) {
      connection.disconnect();
      invocation.terminal().err().println("berth: can't read standard input: " + e.getMessage());
      throw e;
    }
  }

  static int status(Invocation invocation, OperationView ended) {
    var target = ended.targets().getFirst();
    if (target.problem().isPresent()) {
      var problem = target.problem().get();
      Problems.print(invocation.terminal(), ended.summary(), problem);
      return status(problem);
    }
    if (target.result().orElse(null) instanceof ProcessResult process) {
      warn(invocation, process);
      return process.exitCode().orElseGet(() -> ExitCode.SIGNAL + process.signal().orElseThrow());
    }
    throw new BerthException(ProblemCode.INTERNAL, ended.summary() + " ended without a status");
  }

  /** For people; scripts find it in the JSON. */
  private static void warn(Invocation invocation, ProcessResult process) {
    if (!invocation.json()) {
      var err = invocation.terminal().err();
      process.warnings().forEach(text -> err.println("berth: note: " + Problems.printable(text)));
      err.flush();
    }
  }

  /** All that is not the program's own status must not look like one that programs use. */
  static int status(Problem problem) {
    var status = ExitCode.of(problem);
    return status == ExitCode.FAILED ? ExitCode.BERTH : status;
  }
}
