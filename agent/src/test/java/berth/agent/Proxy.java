package berth.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between an agent and its broker and can hold back either direction, so that an agent can
 * be killed between doing a thing and telling it, or between telling it and hearing that it was
 * heard.
 */
final class Proxy implements AutoCloseable {
  /** One direction; what is held back is lost with its connection. */
  static final class Valve {
    private boolean shut;

    synchronized void shut() {
      shut = true;
    }

    synchronized void open() {
      shut = false;
      notifyAll();
    }

    private synchronized void pass() throws InterruptedException {
      while (shut) {
        wait();
      }
    }
  }

  final Valve toBroker = new Valve();
  final Valve toAgent = new Valve();
  private final ServerSocket server;
  private final int brokerPort;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  Proxy(int brokerPort) {
    this.brokerPort = brokerPort;
    try {
      server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Cuts all connections, with what is held back in them. */
  void cut() {
    for (var socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    sockets.clear();
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
    toBroker.open();
    toAgent.open();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        var agent = server.accept();
        var broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
        agent.setTcpNoDelay(true);
        broker.setTcpNoDelay(true);
        sockets.addAll(List.of(agent, broker));
        Thread.startVirtualThread(() -> copy(agent, broker, toBroker));
        Thread.startVirtualThread(() -> copy(broker, agent, toAgent));
      } catch (IOException closedOrRefused) {
        cut();
      }
    }
  }

  private static void copy(Socket from, Socket to, Valve valve) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      var buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        valve.pass();
        out.write(buffer, 0, n);
      }
    } catch (IOException | InterruptedException ended) {
      return;
    }
  }
}
