package berth.controller.lab.machine;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Runs programs of this machine: argument vectors only, and an environment that holds nothing of
 * the caller's but what is named here.
 */
public final class Processes {
  /** Where programs are looked for, whatever the caller's path says. */
  public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final ExecutorService READERS = Executors.newVirtualThreadPerTaskExecutor();

  private Processes() {}

  /** Runs a program to its end and throws {@code FAILED} with its last lines unless it succeeds. */
  public static Ran run(String... argv) {
    return require(List.of(argv), tryRun(List.of(argv), ""));
  }

  /** The same with the program's standard input. */
  public static Ran feed(String input, String... argv) {
    return require(List.of(argv), tryRun(List.of(argv), input));
  }

  /** Runs a program to its end, however it ends. */
  public static Ran tryRun(String... argv) {
    return tryRun(List.of(argv), "");
  }

  /** Runs a program with the standard input given to its end, however it ends. */
  public static Ran tryRun(List<String> argv, String input) {
    try {
      var process = command(argv, Map.of()).start();
      var out = CompletableFuture.supplyAsync(() -> text(process.getInputStream()), READERS);
      var err = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()), READERS);
      write(process, input);
      return new Ran(await(process), out.join(), err.join());
    } catch (IOException e) {
      return new Ran(127, "", argv.getFirst() + ": " + e.getMessage());
    }
  }

  /** A program yet to be started, with the environment given and a path, and nothing more. */
  public static ProcessBuilder command(List<String> argv, Map<String, String> environment) {
    var builder = new ProcessBuilder(argv);
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", PATH, "LC_ALL", "C.UTF-8", "HOME", "/root"));
    builder.environment().putAll(environment);
    return builder;
  }

  /** Starts a program that outlives the caller; what it says is appended to a log. */
  public static Process background(List<String> argv, Map<String, String> environment, Path log) {
    try {
      Files.createDirectories(log.getParent());
      return command(argv, environment)
          .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("can't start " + argv.getFirst(), e);
    }
  }

  /** Waits for a program's end; an interrupted wait ends the program too. */
  public static int await(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new InterruptedIOException("interrupted"));
    }
  }

  /** Whether a program of this name is on the path. */
  public static boolean exists(String program) {
    return List.of(PATH.split(":")).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static Ran require(List<String> argv, Ran ran) {
    if (!ran.ok()) {
      throw new BerthException(
          new Problem(
                  ProblemCode.FAILED,
                  String.join(" ", argv) + " ended with " + ran.exit() + lastLine(ran))
              .withLog(ran.tail()));
    }
    return ran;
  }

  private static String lastLine(Ran ran) {
    return ran.tail().isEmpty() ? "" : ": " + ran.tail().getLast();
  }

  private static void write(Process process, String input) throws IOException {
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It ended without reading all of it; its exit status says what that means.
      if (process.isAlive()) {
        throw e;
      }
    }
  }

  private static String text(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
