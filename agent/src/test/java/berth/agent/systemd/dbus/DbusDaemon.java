package berth.agent.systemd.dbus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real dbus-daemon of the test's own. */
public final class DbusDaemon implements AutoCloseable {
  private final Process process;
  private final Path socket;

  public DbusDaemon(Path folder) throws IOException {
    this.socket = folder.resolve("bus");
    this.process =
        new ProcessBuilder(
                "dbus-daemon",
                "--session",
                "--nofork",
                "--nopidfile",
                "--nosyslog",
                "--print-address",
                "--address=unix:path=" + socket)
            .redirectError(folder.resolve("log").toFile())
            .start();
    process.getInputStream().read(); // it prints its address once it listens
    if (!Files.exists(socket)) {
      throw new IOException(
          "dbus-daemon did not start: " + Files.readString(folder.resolve("log")));
    }
  }

  public BusAddress address() {
    return BusAddress.at(socket.toString(), 128 << 20);
  }

  public Peer peer() throws IOException {
    return new Peer(socket);
  }

  /** As if it crashed. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
