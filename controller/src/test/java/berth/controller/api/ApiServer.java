package berth.controller.api;

import berth.controller.image.UploadStore;
import berth.controller.metrics.ControllerMetrics;
import berth.controller.transfer.TransferStore;
import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real API on a real socket, over fakes of what it speaks for; and a client to ask it. */
final class ApiServer implements AutoCloseable {
  static final Duration STALE = Duration.ofMinutes(1);

  final FakeFleet fleet = new FakeFleet();
  final FakeEventLog events = new FakeEventLog();
  final FakeOperations operations = new FakeOperations();
  final FakeStreams streams = new FakeStreams();
  final ControllerMetrics metrics = new ControllerMetrics();
  final HttpApi api;
  final int port;

  private final Vertx vertx = Vertx.vertx();
  private final UploadStore uploads;
  private final TransferStore transfers;
  private final HttpClient client = HttpClient.newHttpClient();

  ApiServer(Path folder) throws IOException {
    this(folder, InstantSource.system());
  }

  ApiServer(Path folder, InstantSource clock) throws IOException {
    uploads = UploadStore.open(vertx, folder);
    transfers = TransferStore.open(vertx, folder.resolve("transfers"), clock);
    api =
        new HttpApi(
            vertx,
            new HttpApi.Services(
                fleet,
                events,
                operations,
                streams,
                uploads,
                transfers,
                metrics,
                STALE,
                clock,
                "0.1.0"));
    var any = SocketAddress.inetSocketAddress(0, "127.0.0.1");
    port = done(api.listen(List.of(any))).getFirst().port();
  }

  /** A request to a path, to be completed. */
  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(20));
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    var request = request(path);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  HttpResponse<String> post(String path, String json, String... headers) throws Exception {
    var request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return send(request, BodyHandlers.ofString());
  }

  <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body)
      throws Exception {
    return client.send(request.build(), body);
  }

  /** A plain connection, for what no well-behaved client sends. */
  Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** The head of a request as bytes, from its lines. */
  static byte[] head(String... lines) {
    return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Sends bytes as they are and gives everything that comes until the server hangs up. */
  String exchange(String raw) throws IOException {
    try (var socket = connect()) {
      socket.getOutputStream().write(raw.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** How many requests were answered or broken off so far. */
  long requests() {
    return metrics.registry().find("berth.controller.http.request.duration").timers().stream()
        .mapToLong(Timer::count)
        .sum();
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return Wire.json().readTree(response.body());
  }

  @Override
  public void close() {
    client.shutdownNow();
    done(api.close());
    uploads.close();
    transfers.close();
    metrics.close();
    done(vertx.close());
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
