package berth.controller.story;

import berth.controller.lab.machine.Processes;
import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The launcher, called as a user calls it, with the environment naming the controller. */
record Berth(URI controller) {
  private static final Path LAUNCHER = Path.of("..", "berth").toAbsolutePath().normalize();
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final ExecutorService READERS = Executors.newVirtualThreadPerTaskExecutor();

  /** What a call came to. */
  record Ran(int exit, String out, String err) {
    JsonNode json() {
      return Wire.read(out.getBytes(StandardCharsets.UTF_8), JsonNode.class);
    }
  }

  /** A call that is under way. */
  record Running(Process process, CompletableFuture<String> out, CompletableFuture<String> err) {
    Ran await() {
      try {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("berth did not end: " + process.info());
        }
        return new Ran(process.exitValue(), out.join(), err.join());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    /** What Ctrl-C does. */
    void interrupt() {
      Processes.run("kill", "-INT", Long.toString(process.pid()));
    }
  }

  /** Calls it to its end, with nothing on standard input. */
  Ran run(String... args) {
    return start(args).await();
  }

  /** Calls it with a text on standard input. */
  Ran feed(String stdin, String... args) {
    try {
      var process = command(args).redirectInput(ProcessBuilder.Redirect.PIPE).start();
      var running = read(process);
      try (var in = process.getOutputStream()) {
        in.write(stdin.getBytes(StandardCharsets.UTF_8));
      }
      return running.await();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Begins a call whose output is gathered meanwhile. */
  Running start(String... args) {
    return read(begin(args));
  }

  /** Begins a call whose standard output the caller reads itself. */
  Process begin(String... args) {
    try {
      return command(args).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ProcessBuilder command(String... args) {
    // Whoever runs the tests in the background has them ignore SIGINT; a person's shell does not.
    var argv = new ArrayList<>(List.of("env", "--default-signal=INT", LAUNCHER.toString()));
    argv.addAll(List.of(args));
    var environment = Map.of("BERTH_CONTROLLER", controller.toString(), "BERTH_NO_BUILD", "1");
    return Processes.command(argv, environment)
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
  }

  private static Running read(Process process) {
    return new Running(process, text(process.getInputStream()), text(process.getErrorStream()));
  }

  private static CompletableFuture<String> text(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        READERS);
  }
}
