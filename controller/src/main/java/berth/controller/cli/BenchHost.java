package berth.controller.cli;

import berth.controller.lab.Lab;
import berth.controller.lab.LabFolder;
import berth.controller.lab.LabHost;
import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The lab's first host with the image {@code bench} on it, and the lab's API to ask for things. */
record BenchHost(Invocation invocation, LabHost host, ApiClient api) {
  private static final String HOST = "lab1";
  static final String IMAGE = "bench";

  /** The host once it has the image. */
  static BenchHost prepare(Invocation invocation) throws IOException, InterruptedException {
    var lab = Lab.open(LabFolder.of(System.getenv()), System.err::println);
    var api = new ApiClient(lab.controller().url().resolve("/"));
    var ready = new BenchHost(invocation, lab.host(HOST), api);
    var upload = ImageCommands.upload(invocation, api, lab.guestTar());
    var body = Map.of("upload", upload.sha256(), "hosts", List.of(HOST));
    ready.finish(api.post("images/" + IMAGE + "/import", body, OperationView.class));
    return ready;
  }

  OperationView create(String name) throws IOException {
    return post("hosts/" + HOST + "/containers", Map.of("name", name, "image", IMAGE));
  }

  OperationView createReady(String name) throws IOException {
    var body = Map.of("name", name, "image", IMAGE, "start", "READY");
    return post("hosts/" + HOST + "/containers", body);
  }

  OperationView startReady(String name) throws IOException {
    return post(path(name) + "/start", Map.of("until", "READY"));
  }

  OperationView stop(String name) throws IOException {
    return post(path(name) + "/stop", Map.of());
  }

  OperationView remove(String name) throws IOException {
    return api.delete(path(name) + "?force=true", OperationView.class);
  }

  OperationView exec(String name, List<String> argv) throws IOException {
    return post(path(name) + "/exec", Map.of("argv", argv, "stream", true));
  }

  /** Waits for the good end of what was asked for. */
  void finish(OperationView operation) throws IOException, InterruptedException {
    require(new Operation(invocation, api).await(operation));
  }

  /** The way without Berth: a script on the host itself. */
  void byHand(String script, List<String> arguments) {
    var argv = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    argv.addAll(arguments);
    var ran = host.run(argv.toArray(String[]::new));
    require(ran.ok(), ran.err());
  }

  static void require(OperationView ended) {
    require(ended.state() == OperationView.State.SUCCEEDED, ended.toString());
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new BerthException(ProblemCode.FAILED, "what is measured failed: " + otherwise);
    }
  }

  private OperationView post(String path, Map<String, ?> body) throws IOException {
    return api.post(path, body, OperationView.class);
  }

  private static String path(String name) {
    return "hosts/" + HOST + "/containers/" + name;
  }
}
