package berth.controller.cli;

import berth.controller.bench.Pairs;
import berth.controller.lab.Lab;
import berth.controller.lab.LabFolder;
import berth.controller.lab.LabHost;
import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code berth bench}: how much Berth adds to what its hosts must do anyway, on a lab host. */
final class BenchCommands {
  private static final String HOST = "lab1";
  private static final String IMAGE = "bench";

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
            "berth bench exec -n 1000"));
  }

  private static picocli.CommandLine.Model.OptionSpec rounds(String description) {
    return Options.typed("-n|--rounds", "N", description, Integer.class, Options::parseNumber);
  }

  private static int start(Invocation invocation) throws IOException, InterruptedException {
    var lab = lab();
    var host = lab.host(HOST);
    var api = image(invocation, lab);
    Pairs.Way berth =
        () -> {
          var began = System.nanoTime();
          create(invocation, api, "bench-ours");
          remove(invocation, api, "bench-ours");
          return System.nanoTime() - began;
        };
    Pairs.Way floor =
        () -> {
          var began = System.nanoTime();
          var ran = host.run("sh", "-c", BY_HAND, "sh", "bench-floor");
          require(ran.ok(), ran.err());
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
    var lab = lab();
    var api = image(invocation, lab);
    create(invocation, api, "bench-exec");
    try (var direct = new Direct(lab.host(HOST))) {
      measure(
          invocation,
          invocation.option("--rounds", 100),
          () -> execOnce(invocation, api),
          direct::once,
          List.of("exec of true through the API", "StartTransientUnit on the host"));
    } finally {
      remove(invocation, api, "bench-exec");
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

  private static Lab lab() {
    return Lab.open(LabFolder.of(System.getenv()), System.err::println);
  }

  /** The lab's API, after its first host has the image that is measured with. */
  private static ApiClient image(Invocation in, Lab lab) throws IOException, InterruptedException {
    var api = new ApiClient(lab.controller().url().resolve("/"));
    var upload = ImageCommands.upload(in, api, lab.guestTar());
    var body = Map.of("upload", upload.sha256(), "hosts", List.of(HOST));
    finish(in, api, api.post("images/" + IMAGE + "/import", body, OperationView.class));
    return api;
  }

  private static void create(Invocation in, ApiClient api, String name)
      throws IOException, InterruptedException {
    var body = Map.of("name", name, "image", IMAGE, "start", "READY");
    finish(in, api, api.post("hosts/" + HOST + "/containers", body, OperationView.class));
  }

  private static void remove(Invocation in, ApiClient api, String name)
      throws IOException, InterruptedException {
    var path = "hosts/" + HOST + "/containers/" + name + "?force=true";
    finish(in, api, api.delete(path, OperationView.class));
  }

  private static long execOnce(Invocation in, ApiClient api)
      throws IOException, InterruptedException {
    var began = System.nanoTime();
    var path = "hosts/" + HOST + "/containers/bench-exec/exec";
    var body = Map.of("argv", List.of("/bin/true"), "stream", true);
    var operation = api.post(path, body, OperationView.class);
    var ended = new OutputFollower(in, api).follow(operation, chunk -> {});
    require(ended.state() == OperationView.State.SUCCEEDED, ended.toString());
    return System.nanoTime() - began;
  }

  private static void finish(Invocation in, ApiClient api, OperationView operation)
      throws IOException, InterruptedException {
    var ended = new Operation(in, api).await(operation);
    require(ended.state() == OperationView.State.SUCCEEDED, ended.toString());
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new BerthException(ProblemCode.FAILED, "what is measured failed: " + otherwise);
    }
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
              "bench-exec");
    }

    long once() throws IOException {
      process.getOutputStream().write("\n".getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
      var line = process.inputReader().readLine();
      require(line != null, "the floor's program ended");
      return Long.parseLong(line) * 1000;
    }

    @Override
    public void close() throws IOException {
      process.getOutputStream().close();
    }
  }
}
