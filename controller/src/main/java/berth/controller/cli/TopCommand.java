package berth.controller.cli;

import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.HostId;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.state.UsageSample.ContainerUsage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;

/** {@code berth top}: what containers use, as it changes. */
final class TopCommand {
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final String CLEAR = "\033[H\033[2J";

  private TopCommand() {}

  static CommandSpec spec() {
    return Options.command(
        "top",
        "Show what running containers use: processor, memory, disk, network, tasks.",
        TopCommand::run,
        List.of(
            Options.hosts(0, "Only those of these hosts (all that are online)."),
            Options.flag("--once", "Show it once, after one interval."),
            Options.typed(
                "-n|--lines",
                "NUMBER",
                "End after so many times.",
                Integer.class,
                Options::parseNumber),
            Options.span("--interval", "Between two times, 500ms to 1m (2s).")),
        "berth top",
        "berth top lab1 lab2",
        "berth top --once -o json            one document with all containers");
  }

  /** What a container uses, and where it is. */
  record Row(HostId host, ContainerUsage usage) {}

  /** One line for scripts. */
  record Sample(Instant at, List<Row> containers) {}

  private static int run(Invocation invocation) throws IOException, InterruptedException {
    var hosts = hosts(invocation);
    if (hosts.isEmpty()) {
      throw new BerthException(ProblemCode.UNAVAILABLE, "no host is online", "berth host ls");
    }
    var times = invocation.flag("--once") ? 1 : invocation.option("--lines", Integer.MAX_VALUE);
    var request = new TreeMap<String, Object>();
    request.put("interval", invocation.option("--interval", INTERVAL));
    if (times < Integer.MAX_VALUE) {
      request.put("samples", times);
    }
    var feed = new UsageFeed(invocation, Map.copyOf(request));
    hosts.forEach(feed::add);
    try (var keys = QuitKey.on(invocation.terminal(), times == Integer.MAX_VALUE)) {
      for (var shown = 0; shown < times && feed.awaitNext() && !keys.pressed(); shown++) {
        show(invocation, feed.rows(), times > 1);
      }
    }
    return feed.status();
  }

  private static List<HostId> hosts(Invocation invocation) throws IOException {
    var named = invocation.<HostId>operands(0);
    if (!named.isEmpty()) {
      return named.stream().distinct().toList();
    }
    var online = new ArrayList<HostId>();
    for (var node : invocation.api().get("hosts").get("hosts")) {
      if (node.path("status").asText().equals("ONLINE")) {
        online.add(HostId.of(node.path("host").asText()));
      }
    }
    return online;
  }

  private static void show(Invocation invocation, List<Row> rows, boolean again)
      throws IOException {
    var out = invocation.terminal().out();
    if (invocation.json()) {
      out.write(Wire.write(new Sample(Instant.now(), rows)));
      out.println();
    } else {
      out.print(again && invocation.terminal().outIsTerminal() ? CLEAR : "");
      table(rows).print(invocation.terminal());
      out.print(again && !invocation.terminal().outIsTerminal() ? "\n" : "");
    }
    if (out.checkError()) {
      throw new IOException("the output can't be written");
    }
  }

  private static Table table(List<Row> rows) {
    var table =
        new Table("CONTAINER", "CPU", "MEMORY", "READ/s", "WRITE/s", "RX/s", "TX/s", "TASKS");
    rows.stream()
        .sorted(
            Comparator.<Row>comparingDouble(row -> -row.usage().cpus().orElse(0.0))
                .thenComparing(row -> row.host() + "/" + row.usage().name()))
        .forEach(row -> {
          var usage = row.usage();
          table.row(
              row.host() + "/" + usage.name(),
              usage.cpus().map(c -> String.format(Locale.ROOT, "%.1f%%", 100 * c)).orElse(""),
              size(usage.memory()),
              size(usage.read()),
              size(usage.written()),
              size(usage.received()),
              size(usage.sent()),
              usage.tasks().map(Object::toString).orElse(""));
        });
    return table;
  }

  private static String size(Optional<ByteSize> size) {
    return size.map(ByteSize::toString).orElse("");
  }
}
