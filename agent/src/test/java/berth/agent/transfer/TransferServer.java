package berth.agent.transfer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A controller's transfer: takes pieces, gives ranges, and fails as a test asks for it. */
public final class TransferServer implements AutoCloseable {
  private final HttpServer server;
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();

  /** The places of the pieces that came, in order. */
  public final List<Integer> offsets = new CopyOnWriteArrayList<>();

  /** How many of the next pieces are answered with 503. */
  public final AtomicInteger failures = new AtomicInteger();

  /** What every piece is answered with, where it is not empty: a problem's code. */
  public volatile String problem = "";

  /** Is run when a piece has come. */
  public volatile Runnable onPiece = () -> {};

  public TransferServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/transfer", this::answer);
    server.start();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/transfer");
  }

  /** What is there. */
  public synchronized byte[] content() {
    return content.toByteArray();
  }

  /** Has this there. */
  public synchronized void content(byte[] bytes) {
    content.reset();
    content.writeBytes(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestMethod().equals("POST")) {
        take(exchange);
      } else {
        give(exchange);
      }
    }
  }

  private void take(HttpExchange exchange) throws IOException {
    var piece = exchange.getRequestBody().readAllBytes();
    var offset = Integer.parseInt(exchange.getRequestURI().getQuery().replace("offset=", ""));
    offsets.add(offset);
    onPiece.run();
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      exchange.sendResponseHeaders(503, -1);
    } else if (!problem.isEmpty()) {
      var body = "{\"code\":\"" + problem + "\",\"detail\":\"told\"}";
      exchange.sendResponseHeaders(507, body.length());
      exchange.getResponseBody().write(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    } else {
      var before = content.toByteArray();
      content.reset();
      content.write(before, 0, offset);
      content.writeBytes(piece);
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void give(HttpExchange exchange) throws IOException {
    var from =
        Integer.parseInt(exchange.getRequestHeaders().getFirst("Range").replaceAll("bytes=|-", ""));
    var bytes = content.toByteArray();
    exchange.sendResponseHeaders(206, bytes.length - from);
    exchange.getResponseBody().write(bytes, from, bytes.length - from);
  }
}
