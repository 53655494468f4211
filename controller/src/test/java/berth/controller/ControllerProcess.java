package berth.controller;

import berth.controller.model.OperationView;
import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A controller in a process of its own, to be killed and started again on the same folder. */
final class ControllerProcess {
  final int mqttPort = freePort();
  private final int httpPort = freePort();
  private final Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private Process process;

  ControllerProcess(Path folder) {
    this.folder = folder;
  }

  /** Starts it and waits until it serves. */
  void start(String... more) throws IOException, InterruptedException {
    process = launch(more);
    var output = Files.newBufferedReader(log(), StandardCharsets.UTF_8);
    try (output) {
      awaitLine(output);
    }
  }

  /** Starts one and does not wait for it; what it says goes to the log. */
  Process launch(String... more) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx160m",
                // As it is shipped: what the tests' own configuration says of logs is not for it.
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                "berth.controller.ControllerMain",
                "--data",
                folder.resolve("data").toString(),
                "--http",
                "127.0.0.1:" + httpPort));
    command.addAll(more.length > 0 ? List.of(more) : List.of("--mqtt", "127.0.0.1:" + mqttPort));
    Files.deleteIfExists(log());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log().toFile())
        .start();
  }

  Path log() {
    return folder.resolve("log");
  }

  Process process() {
    return process;
  }

  void kill9() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks for something that makes an operation. */
  OperationView post(String path, String json) throws IOException, InterruptedException {
    var request = request(path).header("Content-Type", "application/json");
    var answer = send(request.POST(BodyPublishers.ofString(json)), 202);
    return Wire.read(answer, OperationView.class);
  }

  /** An operation once it has ended. */
  OperationView ended(OperationView operation) throws IOException, InterruptedException {
    var view = operation;
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (view.state() == OperationView.State.RUNNING && System.nanoTime() < end) {
      view = changed(view);
    }
    return view;
  }

  /** An operation after its next change, or some time later. */
  OperationView changed(OperationView operation) throws IOException, InterruptedException {
    var path = "/api/v1/operations/" + operation.id() + "?wait=20&after=" + operation.revision();
    return Wire.read(send(request(path).GET(), 200), OperationView.class);
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return Wire.json().readTree(send(request(path).GET(), 200));
  }

  /** A stream of lines, open. */
  InputStream lines(String path) throws IOException, InterruptedException {
    return client.send(request(path).GET().build(), BodyHandlers.ofInputStream()).body();
  }

  /** Kills it if it runs. */
  void close() throws InterruptedException {
    client.close();
    if (process != null) {
      kill9();
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
        .timeout(Duration.ofSeconds(60));
  }

  private byte[] send(HttpRequest.Builder request, int expected)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
    if (answer.statusCode() != expected) {
      throw new AssertionError(
          answer.statusCode() + " " + new String(answer.body(), StandardCharsets.UTF_8));
    }
    return answer.body();
  }

  private void awaitLine(java.io.BufferedReader log) throws IOException, InterruptedException {
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (System.nanoTime() < end) {
      var line = log.readLine();
      if (line != null && line.contains("ready: ")) {
        return;
      }
      if (line == null && process.waitFor(50, TimeUnit.MILLISECONDS)) {
        break;
      }
    }
    throw new AssertionError("it did not start:\n" + Files.readString(log()));
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
