package berth.protocol.mqtt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The operating system's side of a test's broker. */
final class BrokerProcess {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

  private final List<String> command;
  private final Path log;
  private final int port;
  private Process process;

  BrokerProcess(List<String> command, Path log, int port) {
    this.command = List.copyOf(command);
    this.log = log;
    this.port = port;
  }

  /** Starts, and waits until it listens. */
  void start() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      long began = System.nanoTime();
      while (!listens()) {
        if (!process.isAlive() || System.nanoTime() - began > PATIENCE_NANOS) {
          process.destroyForcibly();
          throw new IllegalStateException(command + " failed:\n" + Files.readString(log));
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the process, and waits until it has ended. */
  void end(String signal) {
    if (process.isAlive()) {
      signal(signal);
    }
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the broker ignores " + signal);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean listens() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
