package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ContainerRef;
import berth.protocol.ProblemCode;
import berth.protocol.Signal;
import berth.protocol.command.ContainerCommand.KillContainer.Whom;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What is done with containers beyond starting and stopping them. */
final class VerbCommands {
  private VerbCommands() {}

  static CommandSpec kill() {
    return Options.command(
        "kill",
        "Send a signal to containers.",
        VerbCommands::kill,
        ContainerCommands.args(
            Options.targets(
                Options.required(
                    Options.typed(
                        "-s|--signal",
                        "SIGNAL",
                        "By name, such as HUP or RTMIN+3, or by number.",
                        Signal.class,
                        Signal::of)),
                Options.typed(
                    "--whom",
                    "WHOM",
                    "init (the default), or all processes of the container's unit.",
                    Whom.class,
                    VerbCommands::parseWhom))),
        "berth kill -s HUP lab1/web",
        "berth kill -s KILL --whom all lab1/web");
  }

  static CommandSpec reboot() {
    return Options.command(
        "reboot",
        "Have the systemd of containers boot them again in good order.",
        in -> ContainerCommands.submit(in, "reboot", ContainerCommands.untilBody(in)),
        ContainerCommands.args(Options.targets(ContainerCommands.until())),
        "berth reboot lab1/web --wait ready",
        "berth reboot 'lab1/*'");
  }

  static CommandSpec pause() {
    return Options.command(
        "pause",
        "Keep the processes of containers from running.",
        in -> ContainerCommands.submit(in, "pause", Map.of()),
        ContainerCommands.args(Options.targets()),
        "berth pause lab1/web");
  }

  static CommandSpec resume() {
    return Options.command(
        "resume",
        "Have paused containers go on where they were.",
        in -> ContainerCommands.submit(in, "resume", Map.of()),
        ContainerCommands.args(Options.targets()),
        "berth resume lab1/web");
  }

  /** Called {@code copy} as every object has a {@code clone}. */
  static CommandSpec copy() {
    return Options.command(
        "clone",
        "Copy a container on its host, with another identity: machine-id, host name, ssh host"
            + " keys.",
        in -> named(in, "clone"),
        ContainerCommands.args(List.of(Options.container(), newName("What the copy is called."))),
        "berth clone lab1/web lab1/web2",
        "berth clone lab1/web web2");
  }

  static CommandSpec rename() {
    return Options.command(
        "rename",
        "Give a stopped container another name.",
        in -> named(in, "rename"),
        ContainerCommands.args(List.of(Options.container(), newName("What it is called then."))),
        "berth rename lab1/web lab1/www",
        "berth rename lab1/web www");
  }

  private static int kill(Invocation invocation) throws IOException, InterruptedException {
    var body = new TreeMap<String, Object>();
    body.put("signal", invocation.<Signal>option("--signal").orElseThrow());
    invocation.<Whom>option("--whom").ifPresent(whom -> body.put("whom", whom));
    return ContainerCommands.submit(invocation, "kill", body);
  }

  private static int named(Invocation invocation, String verb)
      throws IOException, InterruptedException {
    var container = invocation.operand(0, ContainerRef.class);
    var name = onSameHost(container, invocation.operand(1, String.class));
    var api = invocation.api();
    var operation =
        api.post(
            ContainerCommands.path(container) + "/" + verb + Operation.deadline(invocation, "?"),
            Map.of("name", name),
            OperationView.class);
    return new Operation(invocation, api).finish(List.of(operation));
  }

  private static ContainerName onSameHost(ContainerRef container, String given) {
    if (!given.contains("/")) {
      return ContainerName.of(given);
    }
    var other = ContainerRef.parse(given);
    if (!other.host().equals(container.host())) {
      throw new BerthException(
          ProblemCode.INVALID,
          container + " is on " + container.host() + " and stays there, not on " + other.host(),
          "give a name on the same host");
    }
    return other.container();
  }

  private static PositionalParamSpec newName(String description) {
    return Options.operand(
        1,
        "[HOST/]NAME",
        description,
        String.class,
        text ->
            text.contains("/")
                ? ContainerRef.parse(text).toString()
                : new ContainerName(text).value());
  }

  private static Whom parseWhom(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "init" -> Whom.INIT;
      case "all" -> Whom.ALL;
      default -> throw new IllegalArgumentException("bad receiver \"" + text + "\": init or all");
    };
  }
}
