package berth.controller.lab.kernel;

import berth.controller.lab.machine.Ran;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Has programs run on a kernel's host, one at a time, over its first serial line. What is to run
 * and what it said are files in a folder that both see, under the run's number; on the line are
 * only that number and the exit status, so that nothing which a program says can be taken for
 * either.
 */
final class Console {
  /** What the host says when it is ready for the first run. */
  static final String UP = "up";

  /** The host's side, with the shared folder as its argument; bash(1). */
  static final String SCRIPT =
      """
      stty raw -echo
      echo up
      while read -r run; do
        mapfile -d '' argv <"$1/$run.argv"
        "${argv[@]}" </dev/null >"$1/$run.out" 2>"$1/$run.err"
        echo "$run $?"
      done
      """;

  private final BufferedReader lines;
  private final Writer line;
  private final Path share;
  private int runs;

  Console(Process kernel, Path share) {
    this.lines = kernel.inputReader(StandardCharsets.UTF_8);
    this.line = kernel.outputWriter(StandardCharsets.UTF_8);
    this.share = share;
  }

  /** Waits until it is ready; what is wrong where it is not. */
  Optional<String> awaitUp(Duration time) {
    var first = CompletableFuture.supplyAsync(this::next, Thread::startVirtualThread);
    try {
      var said = first.get(time.toMillis(), TimeUnit.MILLISECONDS).replaceAll("\\p{Cc}", "?");
      return said.equals(UP) ? Optional.empty() : Optional.of("said " + said + " before it was up");
    } catch (TimeoutException e) {
      return Optional.of("did not boot in " + time.toSeconds() + " s");
    } catch (ExecutionException e) {
      return Optional.of("ended before it was up");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("was not waited for");
    }
  }

  Ran run(List<String> argv) {
    var run = Integer.toString(++runs);
    try {
      Files.writeString(share.resolve(run + ".argv"), String.join("\0", argv) + "\0");
      tell(run);
      var ended = next().split(" ");
      if (ended.length != 2 || !ended[0].equals(run)) {
        throw new BerthException(
            ProblemCode.FAILED, "the test kernel said " + String.join(" ", ended) + " for " + run);
      }
      return new Ran(Integer.parseInt(ended[1]), said(run + ".out"), said(run + ".err"));
    } catch (IOException e) {
      throw new UncheckedIOException("the test kernel is gone", e);
    }
  }

  /** Asks for the end, and does not wait for it. */
  void powerOff() {
    try {
      run(List.of("systemctl", "--no-block", "poweroff"));
    } catch (UncheckedIOException | BerthException e) {
      // It is off already.
    }
  }

  private void tell(String text) throws IOException {
    line.write(text + "\n");
    line.flush();
  }

  private String next() {
    try {
      var next = lines.readLine();
      if (next == null) {
        throw new BerthException(ProblemCode.FAILED, "the test kernel has ended");
      }
      return next.strip();
    } catch (IOException e) {
      throw new UncheckedIOException("the test kernel is gone", e);
    }
  }

  private String said(String file) throws IOException {
    return new String(Files.readAllBytes(share.resolve(file)), StandardCharsets.UTF_8);
  }
}
