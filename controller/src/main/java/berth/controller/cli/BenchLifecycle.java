package berth.controller.cli;

import berth.controller.bench.Lifecycle;
import berth.controller.bench.Lifecycle.Mode;
import berth.controller.bench.Lifecycle.Phase;
import berth.controller.model.OperationView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Model.CommandSpec;

/** {@code berth bench lifecycle}: many containers from their beginning to their end. */
final class BenchLifecycle {
  /**
   * One phase, one container after the other or all at once. The phase is the first argument, the
   * mode the second, then come the containers.
   */
  private static final String BY_HAND =
      """
      create() { machinectl -q clone .image.bench "$1"; }
      start() {
        machinectl start "$1"
        until [ "$(systemctl show -P StatusText "systemd-nspawn@$1")" = 'Container running: Ready.' ]
        do sleep 0.05; done
      }
      stop() { systemctl stop "systemd-nspawn@$1"; }
      remove() { machinectl remove "$1"; }
      phase=$1 mode=$2; shift 2
      failed=0 pids=
      for name; do
        if [ "$mode" = serial ]; then
          "$phase" "$name" || failed=1
        else
          "$phase" "$name" & pids="$pids $!"
        fi
      done
      for pid in $pids; do wait "$pid" || failed=1; done
      exit $failed
      """;

  private BenchLifecycle() {}

  static CommandSpec spec() {
    return Options.command(
        "lifecycle",
        "Many containers created, started until ready, stopped and removed, one after the other"
            + " and all at once, against machinectl on the host itself.",
        BenchLifecycle::run,
        List.of(
            Options.typed(
                "-n|--rounds", "N", "How often (1).", Integer.class, Options::parseNumber),
            Options.typed(
                "-c|--containers",
                "N",
                "How many containers (20).",
                Integer.class,
                Options::parseNumber)),
        "berth bench lifecycle",
        "berth bench lifecycle -n 3 -c 10");
  }

  private static int run(Invocation in) throws IOException, InterruptedException {
    int rounds = in.option("--rounds", 1);
    int containers = in.option("--containers", 20);
    if (rounds < 1 || containers < 1) {
      throw in.usage("--rounds and --containers are 1 at least");
    }
    var host = BenchHost.prepare(in);
    Lifecycle lifecycle;
    try (var progress = new Progress(in.terminal(), in.quiet() || !in.terminal().errIsTerminal())) {
      lifecycle =
          Lifecycle.measure(
              rounds,
              (mode, phase) -> ours(host, mode, phase, names("bench-ours-", containers)),
              (mode, phase) -> byHand(host, mode, phase, names("bench-hand-", containers)),
              progress::show);
    }
    if (in.json()) {
      in.print(lifecycle.ratios());
    } else {
      lifecycle.report(containers).forEach(in.terminal().out()::println);
    }
    return ExitCode.DONE;
  }

  private static List<String> names(String prefix, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(number -> prefix + number).toList();
  }

  private static void ours(BenchHost host, Mode mode, Phase phase, List<String> names)
      throws IOException, InterruptedException {
    var running = new ArrayList<OperationView>();
    for (var name : names) {
      var operation = begin(host, phase, name);
      switch (mode) {
        case SERIAL -> host.finish(operation);
        case PARALLEL -> running.add(operation);
      }
    }
    for (var operation : running) {
      host.finish(operation);
    }
  }

  private static OperationView begin(BenchHost host, Phase phase, String name) throws IOException {
    return switch (phase) {
      case CREATE -> host.create(name);
      case START -> host.startReady(name);
      case STOP -> host.stop(name);
      case REMOVE -> host.remove(name);
    };
  }

  private static void byHand(BenchHost host, Mode mode, Phase phase, List<String> names) {
    var arguments = new ArrayList<>(List.of(Views.word(phase), Views.word(mode)));
    arguments.addAll(names);
    host.byHand(BY_HAND, arguments);
  }
}
