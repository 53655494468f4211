package berth.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real broker of the test's own on a free port of loopback. */
final class Mosquitto implements AutoCloseable {
  private final Path folder;
  private final int port = freePort();
  private Process process;

  Mosquitto(Path folder) {
    this.folder = folder;
    try {
      Files.writeString(file(), configuration());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start();
  }

  int port() {
    return port;
  }

  void start() {
    try {
      process =
          new ProcessBuilder("mosquitto", "-c", file().toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("install Debian's package mosquitto", e);
    }
    Eventually.holds("mosquitto listens", this::listens);
  }

  /** Ends it in good order, so that it keeps what it had for those who are away. */
  void stop() {
    process.destroy();
    ended();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    ended();
  }

  static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String configuration() {
    return """
    listener %d 127.0.0.1
    allow_anonymous true
    user root
    persistence true
    persistence_location %s/
    autosave_interval 1
    autosave_on_changes true
    set_tcp_nodelay true
    max_queued_messages 100000
    """
        .formatted(port, folder);
  }

  private Path file() {
    return folder.resolve("mosquitto.conf");
  }

  private boolean listens() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private void ended() {
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("mosquitto does not end");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
