package berth.controller.cli;

import berth.controller.bench.Pairs;
import berth.controller.lab.LabHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code berth bench}: how much Berth adds to what its hosts must do anyway, on a lab host. */
final class BenchCommands {
  private static final String EXEC = "bench-exec";

  /** The same as a create with wait and a rm, by hand: clone, start, ready, stop, remove. */
  private static final String BY_HAND =
      """
      set -e
      machinectl -q clone .image.bench "$1"
      machinectl start "$1"
      until [ "$(systemctl show -P StatusText "systemd-nspawn@$1")" = 'Container running: Ready.' ]
      do sleep 0.01; done
      systemctl stop "systemd-nspawn@$1"
      machinectl remove "$1"
      """;

  private BenchCommands() {}

  static CommandSpec group() {
    return Options.group(
        "bench",
        "Measure Berth against its floor on a lab host. Needs a lab that is up, and root.",
        Options.command(
            "start",
            "create --wait ready and rm, against machinectl on the host itself.",
            BenchCommands::start,
            List.of(rounds("How many pairs (20).")),
            "berth bench start -n 50"),
        Options.command(
            "exec",
            "exec of true, against StartTransientUnit called on the host itself.",
            BenchCommands::exec,
            List.of(rounds("How many pairs (100).")),
            "berth bench exec -n 1000"),
        BenchLifecycle.spec());
  }

  private static picocli.CommandLine.Model.OptionSpec rounds(String description) {
    return Options.typed("-n|--rounds", "N", description, Integer.class, Options::parseNumber);
  }

  private static int start(Invocation invocation) throws IOException, InterruptedException {
    var host = BenchHost.prepare(invocation);
    Pairs.Way berth =
        () -> {
          var began = System.nanoTime();
          host.finish(host.createReady("bench-ours"));
          host.finish(host.remove("bench-ours"));
          return System.nanoTime() - began;
        };
    Pairs.Way floor =
        () -> {
          var began = System.nanoTime();
          host.byHand(BY_HAND, List.of("bench-floor"));
          return System.nanoTime() - began;
        };
    measure(
        invocation,
        invocation.option("--rounds", 20),
        berth,
        floor,
        List.of(
            "create --wait ready, rm --force, through the API",
            "machinectl clone, start, until ready, stop, remove"));
    return ExitCode.DONE;
  }

  private static int exec(Invocation invocation) throws IOException, InterruptedException {
    var host = BenchHost.prepare(invocation);
    host.finish(host.createReady(EXEC));
    try (var direct = new Direct(host.host())) {
      measure(
          invocation,
          invocation.option("--rounds", 100),
          () -> execOnce(host),
          direct::once,
          List.of("exec of true through the API", "StartTransientUnit on the host"));
    } finally {
      host.finish(host.remove(EXEC));
    }
    return ExitCode.DONE;
  }

  private static void measure(
      Invocation in, int rounds, Pairs.Way berth, Pairs.Way floor, List<String> names)
      throws IOException, InterruptedException {
    Pairs pairs;
    try (var progress = new Progress(in.terminal(), in.quiet() || !in.terminal().errIsTerminal())) {
      pairs = Pairs.measure(rounds, berth, floor, progress::show);
    }
    if (in.json()) {
      in.print(Map.of("ratio", pairs.ratio(), "rounds", rounds));
    } else {
      pairs.report(names.get(0), names.get(1)).forEach(in.terminal().out()::println);
    }
  }

  private static long execOnce(BenchHost host) throws IOException, InterruptedException {
    var began = System.nanoTime();
    var operation = host.exec(EXEC, List.of("/bin/true"));
    BenchHost.require(
        new OutputFollower(host.invocation(), host.api()).follow(operation, chunk -> {}));
    return System.nanoTime() - began;
  }

  /** The program on the host that starts one transient unit for each line it is sent. */
  private static final class Direct implements AutoCloseable {
    private final Process process;

    Direct(LabHost host) throws IOException {
      process =
          host.begin(
              "/usr/lib/berth-agent/runtime/bin/java",
              "--enable-native-access=ALL-UNNAMED",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              "/usr/lib/berth-agent/lib/berth-agent.jar",
              "berth.agent.bench.ExecFloor",
              EXEC);
    }

    long once() throws IOException {
      process.getOutputStream().write("\n".getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
      var line = process.inputReader().readLine();
      BenchHost.require(line != null, "the floor's program ended");
      return Long.parseLong(line) * 1000;
    }

    @Override
    public void close() throws IOException {
      process.getOutputStream().close();
    }
  }
}
