package berth.controller.cli;

import berth.controller.model.ContainerView;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.state.ContainerState.Status;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code berth logs}: containers' journals. */
final class LogsCommand {
  private static final int DEFAULT_LINES = 100;

  private LogsCommand() {}

  static CommandSpec spec() {
    return Options.command(
        "logs",
        "Show containers' journals, running or stopped, in the order of time.",
        LogsCommand::run,
        Options.targets(
            Options.flag(
                "-f|--follow",
                "Go on with new entries, across reboots of the container and restarts of Berth."),
            Options.typed(
                "-n|--lines",
                "NUMBER",
                "How many of the newest entries of each container (100, or all with --since).",
                Integer.class,
                Options::parseNumber),
            moment("--since", "No entries before this: a time, today, -1h or \"1h ago\"."),
            moment("--until", "No entries after this."),
            Options.texts("-u|--unit", "UNIT", "Only of this unit; may be given several times."),
            Options.text(
                "-p|--priority", "LEVEL", "Only of this level or graver, such as err, 3 or 0..4."),
            Options.text("--grep", "PATTERN", "Only whose message matches (PCRE2)."),
            Options.flag("--host-unit", "What its unit told the host: why it did not start."),
            Options.flag("--show-cursor", "Print the place of the last entry at the end."),
            Options.text("--after-cursor", "CURSOR", "All behind that place, of one container.")),
        "berth logs lab1/web -n 50",
        "berth logs lab1/web -f -u nginx -p warning",
        "berth logs -f -l tier=web --on lab1",
        "berth logs lab1/web lab2/db --since -1h --grep 'timed out'",
        "berth logs lab1/web --host-unit     why it did not start",
        "berth logs lab1/web -o json         one journal entry a line");
  }

  private static OptionSpec moment(String name, String description) {
    return Options.typed(name, "TIME", description, Instant.class, Moments::parse);
  }

  private static int run(Invocation invocation) throws IOException, InterruptedException {
    var containers = Targets.of(invocation).containers();
    var request = request(invocation, containers);
    var printer = new LogPrinter(invocation, containers);
    try (var interrupt = Interrupt.then(() -> end(invocation, printer))) {
      var status = read(invocation, containers, request, printer);
      interrupt.done();
      end(invocation, printer);
      tellFailures(invocation, containers);
      return status;
    }
  }

  private static Map<String, Object> request(Invocation invocation, List<ContainerRef> containers) {
    var after = invocation.<String>option("--after-cursor");
    if (after.isPresent() && containers.size() > 1) {
      throw new BerthException(ProblemCode.INVALID, "a cursor is a place in one journal only");
    }
    var request = new TreeMap<String, Object>();
    request.put("follow", invocation.flag("--follow"));
    request.put("fromHost", invocation.flag("--host-unit"));
    after.ifPresent(cursor -> request.put("after", cursor));
    invocation.<Instant>option("--since").ifPresent(time -> request.put("since", time));
    invocation.<Instant>option("--until").ifPresent(time -> request.put("until", time));
    invocation.<List<String>>option("--unit").ifPresent(units -> request.put("units", units));
    invocation.<String>option("--priority").ifPresent(level -> request.put("priority", level));
    invocation.<String>option("--grep").ifPresent(pattern -> request.put("grep", pattern));
    invocation.<Integer>option("--lines").ifPresent(lines -> request.put("lines", lines));
    if (!request.containsKey("after") && !request.containsKey("since")) {
      request.putIfAbsent("lines", DEFAULT_LINES);
    }
    return request;
  }

  private static int read(
      Invocation invocation,
      List<ContainerRef> containers,
      Map<String, Object> request,
      LogPrinter printer)
      throws IOException, InterruptedException {
    if (containers.size() == 1) {
      var only = containers.getFirst();
      return new LogStream(invocation, only, request).read(entry -> printer.print(only, entry));
    }
    var merge = new LogMerge(invocation, invocation.flag("--follow"));
    containers.forEach(c -> merge.add(c, new LogStream(invocation, c, request)));
    return merge.run(printer::print);
  }

  private static void end(Invocation invocation, LogPrinter printer) {
    if (invocation.flag("--show-cursor")) {
      printer.printCursors();
    }
  }

  /** The own journal of a container that did not come up does not say so. */
  private static void tellFailures(Invocation invocation, List<ContainerRef> containers)
      throws IOException {
    if (invocation.json() || invocation.quiet() || invocation.flag("--host-unit")) {
      return;
    }
    for (var container : containers) {
      try {
        var path = "hosts/" + container.host() + "/containers/" + container.container();
        var state = invocation.api().get(path, ContainerView.class).container();
        if (state.status() == Status.FAILED) {
          Problems.print(
              invocation.terminal(),
              container.toString(),
              new Problem(
                  ProblemCode.FAILED,
                  "failed: " + state.reason().orElse("see its unit"),
                  "what its unit told the host: berth logs --host-unit " + container));
        }
      } catch (BerthException _) {
        // It has been read, which was what was asked for.
      }
    }
  }
}
