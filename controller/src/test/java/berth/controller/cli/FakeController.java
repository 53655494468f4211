package berth.controller.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A controller with canned answers, and a terminal that keeps what was printed. */
final class FakeController implements AutoCloseable {
  private static final int NOTHING = 0;

  record Answer(int status, String body) {}

  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final List<String> keys = Collections.synchronizedList(new ArrayList<>());
  final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, Queue<Answer>> once = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  FakeController() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  FakeController on(String methodAndPath, int status, String body) {
    answers.put(methodAndPath, new Answer(status, body.replace('\'', '"')));
    return this;
  }

  /** Answers that come once each, before the one of {@link #on}. */
  FakeController once(String methodAndPath, int status, String body) {
    once.computeIfAbsent(methodAndPath, _ -> new ConcurrentLinkedQueue<>())
        .add(new Answer(status, body.replace('\'', '"')));
    return this;
  }

  /** Holds an answer back until the latch opens. */
  FakeController hold(String methodAndPath, CountDownLatch latch) {
    held.put(methodAndPath, latch);
    return this;
  }

  int run(String... args) {
    return runWith(null, args);
  }

  int runWith(String stdin, String... args) {
    var all = new ArrayList<>(List.of(args));
    var end = all.indexOf("--") < 0 ? all.size() : all.indexOf("--");
    if (args.length > 0 && !all.contains("--help")) {
      end = List.of("exec", "shell").contains(args[0]) ? 1 : end;
      all.addAll(end, List.of("--controller", url()));
    }
    var input = stdin == null ? "" : stdin;
    var terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            false,
            false,
            stdin != null,
            "");
    return BerthCli.run(terminal, all.toArray(String[]::new));
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    held.values().forEach(CountDownLatch::countDown);
    server.stop(0);
    threads.shutdown();
  }

  /** Has the next request break off with no answer. */
  FakeController onceNothing(String methodAndPath) {
    return once(methodAndPath, NOTHING, "");
  }

  private void handle(HttpExchange exchange) throws IOException {
    var path = exchange.getRequestURI().toString().replaceFirst("^/api/v1/", "");
    var key = exchange.getRequestMethod() + " " + path;
    var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    requests.add(key + (body.isEmpty() ? "" : " " + body));
    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Idempotency-Key"))
        .ifPresent(keys::add);
    awaitRelease(key);
    var next = once.getOrDefault(key, new ConcurrentLinkedQueue<>()).poll();
    var answer = next != null ? next : answers.getOrDefault(key, new Answer(500, "{}"));
    if (answer.status() == NOTHING) {
      exchange.close();
      return;
    }
    var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void awaitRelease(String key) throws IOException {
    try {
      held.getOrDefault(key, new CountDownLatch(0)).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
