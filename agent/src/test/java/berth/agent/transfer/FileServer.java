package berth.agent.transfer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Serves one file with ranges, and breaks off as a test asks for it. */
final class FileServer implements AutoCloseable {
  private final HttpServer server;
  private final byte[] content;

  /** The Range headers that came, in order. */
  final List<String> ranges = new CopyOnWriteArrayList<>();

  /** What each answer gives before it breaks off; the last one is for all further answers. */
  volatile List<Integer> lengths = List.of(Integer.MAX_VALUE);

  /** What is answered instead of the file, where it is not 0. */
  volatile int status;

  FileServer(byte[] content) throws IOException {
    this.content = content;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/file", this::answer);
    server.start();
  }

  URI base() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    var range = exchange.getRequestHeaders().getFirst("Range");
    ranges.add(range);
    var most = lengths.get(Math.min(ranges.size(), lengths.size()) - 1);
    if (status != 0) {
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
      return;
    }
    var from = Integer.parseInt(range.replaceAll("bytes=|-", ""));
    exchange.sendResponseHeaders(from == 0 ? 200 : 206, content.length - from);
    try (exchange) {
      exchange.getResponseBody().write(content, from, Math.min(most, content.length - from));
    }
  }
}
