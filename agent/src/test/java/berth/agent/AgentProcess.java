package berth.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An agent with fake workers in a process of its own, which can be killed. */
final class AgentProcess implements AutoCloseable {
  private final Path folder;
  private final int brokerPort;
  private final AgentConfig.Address http =
      new AgentConfig.Address("127.0.0.1", Mosquitto.freePort());
  private Process process;

  AgentProcess(Path folder, int brokerPort) {
    this.folder = folder;
    this.brokerPort = brokerPort;
    start();
  }

  /** What the process runs. */
  static final class Main {
    private Main() {}

    public static void main(String... arguments) {
      var world = new FakeWorld(Path.of(arguments[1]));
      AgentMain.run(_ -> new FakeWorkers(world), arguments[0]);
    }
  }

  void start() {
    try {
      var file = folder.resolve("agent.conf");
      Files.writeString(file, configuration());
      var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      process =
          new ProcessBuilder(
                  List.of(
                      java,
                      "-XX:+UseSerialGC",
                      "-XX:TieredStopAtLevel=1",
                      "-Xshare:auto",
                      "--enable-native-access=ALL-UNNAMED",
                      "-cp",
                      System.getProperty("java.class.path"),
                      Main.class.getName(),
                      file.toString(),
                      folder.resolve("world").toString()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether everything that it accepted has ended and is in its journal so. */
  boolean idle() {
    return get("/healthz").body().contains("\"commandsRunning\":0");
  }

  /** Asks its server. */
  HttpResponse<String> get(String path) {
    try {
      return Http.get(http, path, "*/*");
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean alive() {
    return process.isAlive();
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** As {@code systemctl stop} does; gives the exit code. */
  int terminate() {
    process.destroy();
    return awaitEnd();
  }

  /** Waits until it has ended by itself. */
  int awaitEnd() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError("the agent does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String configuration() {
    return """
    host = lab1
    broker = mqtt://127.0.0.1:%d
    controller = http://127.0.0.1:7070
    state = %s
    http = 127.0.0.1:%d
    heartbeat = PT2S
    """
        .formatted(brokerPort, folder.resolve("state"), http.port());
  }

  @Override
  public void close() {
    process.destroyForcibly();
    awaitEnd();
  }
}
