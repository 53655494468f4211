package berth.controller.cli;

import berth.controller.lab.Lab;
import berth.controller.lab.LabFolder;
import berth.controller.lab.LabPlan;
import berth.controller.lab.LabStatus;
import berth.controller.lab.image.Release;
import berth.protocol.BerthException;
import berth.protocol.HostId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code berth lab}: a fleet of real hosts on this machine. */
final class LabCommands {
  private LabCommands() {}

  static CommandSpec group() {
    return Options.group(
        "lab", "A fleet of real hosts on this machine.", up(), status(), shell(), down());
  }

  private static CommandSpec up() {
    return Options.command(
        "up",
        "Bring up a controller and hosts, or go on with what is there. Needs root.",
        LabCommands::up,
        List.of(
            Options.typed(
                "--hosts", "N", "How many hosts (2).", Integer.class, Options::parseNumber),
            Options.typed(
                "--release",
                "NAME",
                "Debian's release on the hosts (trixie).",
                Release.class,
                Release::of),
            Options.text("--mirror", "URL", "Where packages come from (this machine's sources)."),
            hidden(Options.flag("--bare", "Hosts only, without agents and controller."))),
        "berth lab up --hosts 3",
        "berth lab up --release bookworm --mirror http://deb.debian.org/debian");
  }

  private static CommandSpec status() {
    return Options.command(
        "status",
        "Show the lab's controller and hosts.",
        LabCommands::status,
        List.of(),
        "berth lab status -o json");
  }

  private static CommandSpec shell() {
    return Options.command(
        "shell",
        "Run a shell or a program on a host of the lab.",
        LabCommands::shell,
        List.of(Options.operand(0, "HOST", "The host.", HostId.class, HostId::new)),
        "berth lab shell lab1",
        "berth lab shell lab1 -- machinectl list");
  }

  private static CommandSpec down() {
    return Options.command(
        "down",
        "Take the lab away, also what a crash left of it. Needs root.",
        LabCommands::down,
        List.of(Options.flag("--purge", "Remove the root file systems kept for next time too.")),
        "berth lab down");
  }

  private static int up(Invocation in) throws IOException {
    var lab = lab(in);
    lab.up(plan(in));
    var status = lab.status();
    if (in.json()) {
      in.print(status);
      return ExitCode.DONE;
    }
    var out = in.terminal().out();
    status
        .controller()
        .ifPresent(controller -> {
          out.println("The lab is up. Its controller is at " + controller.url() + ".");
          out.println("It logs to " + controller.log() + ", its hosts beside that.");
          if (!controller.url().equals(Invocation.DEFAULT_CONTROLLER)) {
            out.println("First: export BERTH_CONTROLLER=" + controller.url());
          }
        });
    out.println("Try next:");
    nextSteps(status).forEach(line -> out.println("  " + line));
    return ExitCode.DONE;
  }

  private static LabPlan plan(Invocation in) {
    try {
      return new LabPlan(
          in.option("--hosts", 2),
          in.option("--release", Release.TRIXIE),
          in.option("--mirror"),
          !in.flag("--bare"));
    } catch (IllegalArgumentException e) {
      throw new BerthException(new Problem(ProblemCode.INVALID, e.getMessage()), e);
    }
  }

  private static List<String> nextSteps(LabStatus status) {
    return status.controller().isEmpty()
        ? List.of("berth lab status", "berth lab shell lab1", "berth lab down")
        : List.of(
            "berth host ls",
            "berth image build debian-13 --debootstrap trixie --on lab1",
            "berth create lab1/web --image debian-13 --start --wait ready",
            "berth exec lab1/web -- uname -a",
            "berth lab shell lab1 -- machinectl list",
            "berth lab down");
  }

  private static int status(Invocation in) throws IOException {
    var status = lab(in).status();
    if (in.json()) {
      in.print(status);
      return ExitCode.DONE;
    }
    var terminal = in.terminal();
    if (!status.up()) {
      terminal.out().println("No lab is up in " + status.folder() + ".");
      return ExitCode.DONE;
    }
    Views.line(terminal, "Folder", status.folder());
    status
        .controller()
        .ifPresent(controller -> {
          Views.line(terminal, "Controller", controller.url());
          Views.line(terminal, "Process", controller.pid() == 0 ? "none" : controller.pid());
          Views.line(terminal, "Broker", controller.broker());
          Views.line(terminal, "Log", controller.log());
        });
    var table = new Table("HOST", "STATE", "ADDRESS", "LEADER", "NETWORK", "LOG");
    for (var host : status.hosts()) {
      table.row(
          host.host(),
          host.state(),
          host.address(),
          host.leader() == 0 ? "" : host.leader(),
          host.connected() ? "connected" : "cut off",
          host.log());
    }
    table.print(terminal);
    return ExitCode.DONE;
  }

  private static int shell(Invocation in) {
    var program = in.rest().isEmpty() ? List.of("bash", "--login") : in.rest();
    return lab(in).host(in.operand(0, HostId.class).value()).shell(program);
  }

  private static int down(Invocation in) throws IOException {
    var lab = lab(in);
    lab.down();
    if (in.flag("--purge")) {
      lab.purge();
    }
    if (in.json()) {
      in.print(lab.status());
    }
    return ExitCode.DONE;
  }

  private static Lab lab(Invocation in) {
    var err = in.terminal().err();
    return Lab.open(
        LabFolder.of(System.getenv()),
        line -> {
          if (!in.quiet()) {
            err.println(line);
            err.flush();
          }
        });
  }

  private static OptionSpec hidden(OptionSpec option) {
    return option.toBuilder().hidden(true).build();
  }
}
