package berth.controller.cli;

import berth.controller.model.ContainerView;
import berth.controller.model.OperationView;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.Wire;
import berth.protocol.command.WaitFor;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.state.ContainerState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Everything that is said to a container. */
final class ContainerCommands {
  private ContainerCommands() {}

  static CommandSpec create() {
    return Options.command(
        "create",
        "Create a container from an image of its host.",
        ContainerCommands::create,
        args(
            List.of(
                Options.container(),
                Options.text(
                    "-f|--file",
                    "FILE",
                    "What it shall be, in YAML or JSON; - for standard input."),
                Options.typed("--image", "NAME", "The image.", ImageName.class, ImageName::new),
                Options.typed(
                    "--pool",
                    "NAME",
                    "Where its volume goes (the host's default pool).",
                    PoolName.class,
                    PoolName::new),
                Options.flag("--start", "Start it."),
                until()),
            SpecOptions.all()),
        "berth create lab1/web --image debian-13",
        "berth create lab1/web -f web.yaml --start",
        "berth create lab1/web --image debian-13 --memory 1GiB --port 8080:80 --bind /srv/www",
        "berth create lab1/web --image debian-13 --start --wait ready");
  }

  static CommandSpec start() {
    return Options.command(
        "start",
        "Start containers.",
        in -> submit(in, "start", untilBody(in)),
        args(Options.targets(until())),
        "berth start lab1/web --wait ready",
        "berth start lab1/web lab2/db",
        "berth start 'lab1/*'",
        "berth start -l tier=web --on lab1",
        "berth start --all --on lab1,lab2");
  }

  static CommandSpec restart() {
    return Options.command(
        "restart",
        "Stop and start containers.",
        in -> submit(in, "restart", untilBody(in)),
        args(Options.targets(until())),
        "berth restart lab1/web");
  }

  static CommandSpec stop() {
    return Options.command(
        "stop",
        "Stop containers in good order.",
        in -> submit(in, "stop", optional("timeout", in.<Duration>option("--timeout"))),
        args(
            Options.targets(
                Options.span("--timeout", "After which it is killed (the unit's own)."))),
        "berth stop lab1/web",
        "berth stop lab1/web --timeout 10s");
  }

  static CommandSpec remove() {
    return Options.command(
        "rm",
        "Remove containers with their volumes, settings and snapshots.",
        ContainerCommands::remove,
        args(Options.targets(Options.flag("-f|--force", "Stop it first if it runs."))),
        "berth rm lab1/web",
        "berth rm --force lab1/web");
  }

  static CommandSpec list() {
    return Options.command(
        "ls",
        "List containers.",
        ContainerCommands::list,
        List.of(Options.hosts("Only those of these hosts."), Options.selector()),
        "berth ls",
        "berth ls -l tier=web,env!=test",
        "berth ls --on lab1 -o json");
  }

  static CommandSpec show() {
    return Options.command(
        "show",
        "Show a container.",
        ContainerCommands::show,
        List.of(Options.container()),
        "berth show lab1/web",
        "berth show lab1/web -o yaml > web.yaml");
  }

  static List<ArgSpec> args(List<? extends ArgSpec> own) {
    return args(own, List.of());
  }

  private static List<ArgSpec> args(List<? extends ArgSpec> own, List<OptionSpec> more) {
    return Stream.of(own.stream(), more.stream(), Options.operation().stream())
        .<ArgSpec>flatMap(specs -> specs)
        .toList();
  }

  static OptionSpec until() {
    return Options.typed(
        "--wait",
        "STATE",
        "Done when it is started (the default) or ready: finished booting.",
        WaitFor.class,
        ContainerCommands::parseUntil);
  }

  private static WaitFor parseUntil(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "started" -> WaitFor.STARTED;
      case "ready" -> WaitFor.READY;
      default -> throw new IllegalArgumentException("bad state \"" + text + "\": started or ready");
    };
  }

  static Map<String, Object> untilBody(Invocation invocation) {
    return optional("until", invocation.<WaitFor>option("--wait"));
  }

  private static Map<String, Object> optional(String key, Optional<?> value) {
    return value.<Map<String, Object>>map(v -> Map.of(key, v)).orElse(Map.of());
  }

  static String path(ContainerRef ref) {
    return "hosts/" + ref.host() + "/containers/" + ref.container();
  }

  private static int create(Invocation invocation) throws IOException, InterruptedException {
    var ref = invocation.operand(0, ContainerRef.class);
    var body = new TreeMap<String, Object>();
    body.put("name", ref.container());
    var document = SpecDocument.read(invocation);
    body.putAll(document.place(invocation));
    var spec = SpecOptions.over(document.spec(), invocation);
    if (!spec.isEmpty()) {
      body.put("spec", spec);
    }
    // To wait for a state is to start it: nobody waits for a container that nobody starts.
    if (invocation.flag("--start") || invocation.flag("--wait")) {
      body.put("start", invocation.option("--wait", WaitFor.STARTED));
    }
    var api = invocation.api();
    var operation =
        api.post(
            "hosts/" + ref.host() + "/containers" + Operation.deadline(invocation, "?"),
            body,
            OperationView.class);
    return new Operation(invocation, api).finish(List.of(operation));
  }

  /** Asks the same of every container that is named or selected. */
  static int submit(Invocation invocation, String verb, Map<String, Object> body)
      throws IOException, InterruptedException {
    var query = Operation.deadline(invocation, "?");
    return Targets.each(
        invocation,
        (api, ref) -> api.post(path(ref) + "/" + verb + query, body, OperationView.class));
  }

  private static int remove(Invocation invocation) throws IOException, InterruptedException {
    var query = "?force=" + invocation.flag("--force") + Operation.deadline(invocation, "&");
    return Targets.each(
        invocation, (api, ref) -> api.delete(path(ref) + query, OperationView.class));
  }

  private static int list(Invocation invocation) throws IOException {
    var hosts = invocation.<List<HostId>>option("--on").orElse(List.of());
    var all = Targets.known(invocation);
    var views = new ArrayList<ContainerView>();
    for (var view : all) {
      if (hosts.isEmpty() || hosts.contains(view.host())) {
        views.add(view);
      }
    }
    if (invocation.json()) {
      invocation.print(views);
      return ExitCode.DONE;
    }
    var table = new Table("CONTAINER", "STATUS", "SINCE", "ADDRESSES", "IMAGE", "OS");
    for (var view : views) {
      var container = view.container();
      table.row(
          view.host() + "/" + container.name(),
          Views.word(container.status()),
          Times.ago(container.since()),
          String.join(",", container.addresses()),
          container.image().map(ImageName::value).orElse(""),
          container.os().orElse(""));
    }
    table.print(invocation.terminal());
    return ExitCode.DONE;
  }

  private static int show(Invocation invocation) throws IOException {
    var ref = invocation.operand(0, ContainerRef.class);
    var answer = invocation.api().get(path(ref));
    if (invocation.json()) {
      invocation.print(
          invocation.format() == Options.Format.yaml ? SpecDocument.of(answer) : answer);
      return ExitCode.DONE;
    }
    var container = Wire.json().treeToValue(answer, ContainerView.class).container();
    var terminal = invocation.terminal();
    Views.line(terminal, "Container", ref);
    Views.line(terminal, "Status", Views.word(container.status()));
    Views.line(terminal, "Reason", container.reason().orElse(""));
    Views.line(terminal, "Since", container.since().map(Times::local).orElse(""));
    Views.line(terminal, "Leader", container.leader().map(Object::toString).orElse(""));
    Views.line(terminal, "Addresses", String.join(", ", container.addresses()));
    Views.line(terminal, "Image", container.image().map(ImageName::value).orElse(""));
    Views.line(terminal, "OS", container.os().orElse(""));
    Views.line(terminal, "Pool", container.pool().map(PoolName::value).orElse(""));
    Views.line(terminal, "Volume", container.volume());
    Views.line(terminal, "Limits", limits(container.limits()));
    Views.line(terminal, "Unit", container.unit());
    Views.line(terminal, "Made by", container.managed() ? "Berth" : "hand");
    container.spec().ifPresent(spec -> wish(terminal, spec));
    for (var drift : container.drift()) {
      Views.line(terminal, "Drift", drift.file() + " " + String.join(", ", drift.keys()));
    }
    container.warnings().forEach(warning -> Views.line(terminal, "Warning", warning));
    return ExitCode.DONE;
  }

  private static void wish(Terminal terminal, ContainerSpec spec) {
    Views.line(terminal, "Description", spec.description().orElse(""));
    var labels = spec.labels().entrySet().stream().map(Object::toString).toList();
    Views.line(terminal, "Labels", String.join(", ", labels));
    Views.line(terminal, "Autostart", spec.autostart() ? "yes" : "");
    Views.line(terminal, "Protected", spec.isProtected() ? "yes" : "");
  }

  private static String limits(ContainerState.Limits limits) {
    var parts = new ArrayList<String>();
    limits.memoryMax().ifPresent(size -> parts.add("memory " + size));
    limits.cpus().ifPresent(cpus -> parts.add(cpus + " processors"));
    limits.tasksMax().ifPresent(tasks -> parts.add(tasks + " tasks"));
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }
}
