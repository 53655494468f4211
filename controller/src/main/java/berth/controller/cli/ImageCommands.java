package berth.controller.cli;

import berth.controller.model.ImageView;
import berth.controller.model.OperationView;
import berth.controller.model.Upload;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.HostId;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.command.Recipe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code berth image}. */
final class ImageCommands {
  private ImageCommands() {}

  static CommandSpec group() {
    return Options.group(
        "image", "What containers are made from.", list(), build(), importing(), remove());
  }

  private static CommandSpec list() {
    return Options.command(
        "ls", "List the images of all hosts.", ImageCommands::list, List.of(), "berth image ls");
  }

  private static CommandSpec build() {
    return Options.command(
        "build",
        "Build an image on hosts.",
        ImageCommands::build,
        args(
            Options.image(),
            Options.required(
                Options.text("--debootstrap", "SUITE", "A Debian-like root of this release.")),
            Options.typed(
                "--mirror",
                "URL",
                "Where packages come from (the host's own source).",
                URI.class,
                URI::create),
            Options.texts("--package", "NAME", "One more package; may be given again."),
            Options.required(Options.hosts("Build on these hosts.")),
            pool()),
        "berth image build debian-13 --debootstrap trixie --on lab1",
        "berth image build web --debootstrap trixie --package nginx --on lab1,lab2");
  }

  private static CommandSpec importing() {
    return Options.command(
        "import",
        "Make an image from a tar archive, plain or compressed by zstd, gzip or xz.",
        ImageCommands::importing,
        args(
            Options.image(),
            Options.operand(1, "FILE", "The archive of a root.", Path.class, Path::of),
            Options.hosts("Import on these hosts (all that are online)."),
            pool()),
        "berth image import debian-13 debian-13.tar.zst",
        "berth image import debian-13 debian-13.tar.gz --on lab1");
  }

  private static CommandSpec remove() {
    return Options.command(
        "rm",
        "Remove an image from hosts; containers made from it stay.",
        ImageCommands::remove,
        args(Options.image(), Options.required(Options.hosts("Remove from these hosts."))),
        "berth image rm debian-13 --on lab1");
  }

  private static OptionSpec pool() {
    return Options.typed(
        "--pool",
        "NAME",
        "The pool that holds it (the host's default pool).",
        PoolName.class,
        PoolName::new);
  }

  private static List<ArgSpec> args(ArgSpec... own) {
    return Stream.concat(Stream.of(own), Options.operation().stream()).toList();
  }

  private static int list(Invocation invocation) throws IOException {
    var answer = invocation.api().get("images").get("images");
    if (invocation.json()) {
      invocation.print(answer);
      return ExitCode.DONE;
    }
    var table = new Table("IMAGE", "HOST", "POOL", "CREATED", "SOURCE", "OS");
    for (var node : answer) {
      var view = Wire.json().treeToValue(node, ImageView.class);
      var image = view.image();
      table.row(
          image.name(),
          view.host(),
          image.pool(),
          Times.local(image.created()),
          image.source(),
          image.os().orElse(""));
    }
    table.print(invocation.terminal());
    return ExitCode.DONE;
  }

  private static int build(Invocation invocation) throws IOException, InterruptedException {
    var recipe = recipe(invocation);
    var body = body(invocation);
    body.put("recipe", Wire.json().readTree(Wire.write(recipe)));
    return submit(invocation, "build", body);
  }

  private static Recipe recipe(Invocation invocation) {
    try {
      return new Recipe.Debootstrap(
          invocation.<String>option("--debootstrap").orElseThrow(),
          invocation.option("--mirror"),
          invocation.<List<String>>option("--package").orElse(List.of()));
    } catch (IllegalArgumentException e) {
      throw new BerthException(ProblemCode.INVALID, e.getMessage());
    }
  }

  private static int importing(Invocation invocation) throws IOException, InterruptedException {
    var file = invocation.operand(1, Path.class);
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new BerthException(ProblemCode.NOT_FOUND, "no such file: " + file);
    }
    var body = body(invocation);
    body.put("upload", upload(invocation, invocation.api(), file).sha256());
    return submit(invocation, "import", body);
  }

  private static Map<String, Object> body(Invocation invocation) {
    var body = new TreeMap<String, Object>();
    invocation.<List<HostId>>option("--on").ifPresent(hosts -> body.put("hosts", hosts));
    invocation.<PoolName>option("--pool").ifPresent(pool -> body.put("pool", pool));
    return body;
  }

  private static int submit(Invocation invocation, String verb, Map<String, Object> body)
      throws IOException, InterruptedException {
    var api = invocation.api();
    var path =
        "images/"
            + invocation.operand(0, ImageName.class)
            + "/"
            + verb
            + Operation.deadline(invocation, "?");
    var operation = api.post(path, body, OperationView.class);
    return new Operation(invocation, api).finish(List.of(operation));
  }

  private static int remove(Invocation invocation) throws IOException, InterruptedException {
    var api = invocation.api();
    var operations = new ArrayList<OperationView>();
    for (var host : invocation.<List<HostId>>option("--on").orElseThrow()) {
      var path =
          "hosts/"
              + host
              + "/images/"
              + invocation.operand(0, ImageName.class)
              + Operation.deadline(invocation, "?");
      operations.add(api.delete(path, OperationView.class));
    }
    return new Operation(invocation, api).finish(operations);
  }

  /** Sends a file to the controller. */
  static Upload upload(Invocation invocation, ApiClient api, Path file) throws IOException {
    var size = Files.size(file);
    var connection = api.upload("uploads", size);
    try (var in = Files.newInputStream(file);
        var out = api.body(connection);
        var progress = new Progress(invocation.terminal(), invocation.quiet())) {
      var buffer = new byte[256 * 1024];
      var sent = 0L;
      var shown = -1L;
      for (int n; (n = in.read(buffer)) > 0; sent += n) {
        out.write(buffer, 0, n);
        var tenth = sent * 10 / Math.max(1, size);
        if (tenth != shown) {
          shown = tenth;
          progress.show("uploading " + file + ": " + tenth * 10 + "% of " + new ByteSize(size));
        }
      }
    } catch (IOException e) {
      // A refusal comes as an answer while we still write; answer() tells it, else the break.
      if (connection.getResponseCode() < 400) {
        throw e;
      }
    }
    return api.answer(connection, Upload.class);
  }
}
