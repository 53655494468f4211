package berth.controller.cli;

import berth.controller.model.HostView;
import berth.protocol.HostId;
import berth.protocol.Wire;
import berth.protocol.state.HostFacts;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** {@code berth host}. */
final class HostCommands {
  private HostCommands() {}

  static CommandSpec group() {
    return Options.group(
        "host",
        "The hosts of the fleet.",
        Options.command(
            "ls", "List the hosts.", HostCommands::list, List.of(), "berth host ls -o json"),
        Options.command(
            "show",
            "Show one host: its facts and pools.",
            HostCommands::show,
            List.of(Options.operand(0, "HOST", "The host.", HostId.class, HostId::new)),
            "berth host show lab1"));
  }

  private static int list(Invocation invocation) throws IOException {
    var answer = invocation.api().get("hosts");
    if (invocation.json()) {
      invocation.print(answer.get("hosts"));
      return ExitCode.DONE;
    }
    var table = new Table("HOST", "STATUS", "SINCE", "CONTAINERS", "IMAGES", "SYSTEMD", "OS");
    for (var node : answer.get("hosts")) {
      var host = Wire.json().treeToValue(node, HostView.class);
      table.row(
          host.host(),
          Views.word(host.status()),
          Times.ago(host.since()),
          host.running() + "/" + host.containers(),
          host.images(),
          host.facts().map(HostFacts::systemd).orElse(""),
          host.facts().map(HostFacts::os).orElse(""));
    }
    table.print(invocation.terminal());
    return ExitCode.DONE;
  }

  private static int show(Invocation invocation) throws IOException {
    var answer = invocation.api().get("hosts/" + invocation.operand(0, HostId.class));
    if (invocation.json()) {
      invocation.print(answer);
      return ExitCode.DONE;
    }
    var host = Wire.json().treeToValue(answer, HostView.class);
    var terminal = invocation.terminal();
    Views.line(terminal, "Host", host.host());
    Views.line(terminal, "Status", Views.word(host.status()));
    Views.line(terminal, "Since", host.since().map(Times::local).orElse(""));
    Views.line(terminal, "Agent", host.agentVersion());
    host.facts().ifPresent(facts -> facts(terminal, facts));
    Views.line(terminal, "Containers", host.running() + " running of " + host.containers());
    for (var pool : host.pools()) {
      Views.line(
          terminal,
          "Pool",
          pool.name()
              + ": "
              + Views.word(pool.layout())
              + " at "
              + pool.path()
              + ", "
              + pool.used()
              + " used of "
              + pool.size()
              + pool.health().map(health -> ", " + Views.word(health)).orElse(""));
    }
    return ExitCode.DONE;
  }

  private static void facts(Terminal terminal, HostFacts facts) {
    Views.line(terminal, "OS", facts.os());
    Views.line(terminal, "Kernel", facts.kernel() + " " + facts.architecture());
    Views.line(terminal, "Systemd", facts.systemd());
    Views.line(terminal, "Processors", facts.cpus());
    Views.line(terminal, "Memory", facts.memory());
    Views.line(terminal, "Booted", Times.local(facts.bootedAt()));
    Views.line(terminal, "Addresses", String.join(", ", facts.addresses()));
  }
}
