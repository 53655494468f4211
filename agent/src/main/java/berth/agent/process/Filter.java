package berth.agent.process;

import berth.agent.linux.ProcessGroup;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * A program of the host that makes one stream of bytes of another, as gzip(1) does. Its input and
 * output are for two threads: it may take no more before something of its output was read. Closed
 * before its end it is killed.
 */
public final class Filter implements Closeable {
  private static final int SIGKILL = 9;
  private static final int LOG = 8 << 10;

  private final HostCommand command;
  private final Process process;
  private final CompletableFuture<String> complaints = new CompletableFuture<>();

  private Filter(HostCommand command, Process process) {
    this.command = command;
    this.process = process;
    Thread.ofPlatform()
        .daemon()
        .name("berth-" + command.program())
        .start(() -> complaints.complete(read(process.getErrorStream())));
  }

  /** Starts one; its limit of time does not matter. */
  public static Filter start(HostCommand command) {
    try {
      return new Filter(command, HostProcess.builder(command).start());
    } catch (IOException e) {
      throw HostProcess.notStarted(command, "can't be run: " + e.getMessage());
    }
  }

  /** Starts one that reads a file. */
  public static Filter of(Path file, HostCommand command) {
    try {
      var builder = HostProcess.builder(command).redirectInput(file.toFile());
      return new Filter(command, builder.start());
    } catch (IOException e) {
      throw HostProcess.notStarted(command, "can't be run: " + e.getMessage());
    }
  }

  /** What it takes; to be closed at the end. */
  public OutputStream input() {
    return process.getOutputStream();
  }

  /** What it gives. */
  public InputStream output() {
    return process.getInputStream();
  }

  /**
   * Waits for its end, when all of its output was read.
   *
   * @throws ProcessFailed where it says that not all is well
   */
  public void await() {
    try {
      var code = process.waitFor();
      if (code != 0) {
        var log = complaints.join().lines().toList();
        throw new ProcessFailed(command, new ProcessResult(code, "", log), "failed");
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
      throw HostProcess.notStarted(command, "was killed, as its caller was interrupted");
    }
  }

  /** Has it end at once; whoever waits for its output gets the end of that. */
  public void kill() {
    if (process.isAlive()) {
      ProcessGroup.signal(process.pid(), SIGKILL);
    }
  }

  @Override
  public void close() {
    kill();
  }

  private static String read(InputStream stream) {
    var log = new ByteArrayOutputStream();
    try (stream) {
      var buffer = new byte[1 << 10];
      for (int count; (count = stream.read(buffer)) >= 0; ) {
        log.write(buffer, 0, Math.min(count, LOG - log.size()));
      }
    } catch (IOException _) {
      // the process is gone
    }
    return log.toString(StandardCharsets.UTF_8);
  }
}
