package berth.agent.process;

import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The pipes of one program: our ends, and the program's until it has them. */
final class Stdio {
  private static final int ANYBODY = 0666;

  /** The program's ends. */
  record Ends(Optional<Fd> stdin, Fd stdout, Fd stderr) implements AutoCloseable {
    @Override
    public void close() {
      stdin.ifPresent(Fd::close);
      stdout.close();
      stderr.close();
    }
  }

  private final Ends ends;
  private final PipeReader stdout;
  private final PipeReader stderr;
  private final Optional<PipeWriter> stdin;
  private final CompletableFuture<Void> drained;

  private Stdio(
      Ends ends,
      PipeReader stdout,
      PipeReader stderr,
      Optional<PipeWriter> stdin,
      CompletableFuture<Void> drained) {
    this.ends = ends;
    this.stdout = stdout;
    this.stderr = stderr;
    this.stdin = stdin;
    this.drained = drained;
  }

  /** Makes two or three pipes. */
  static Stdio open(
      PipeReactor pipes, boolean input, PipeReader.Sink onStdout, PipeReader.Sink onStderr)
      throws LinuxException {
    List<Pipe> open = new ArrayList<>();
    try {
      for (int i = 0; i < (input ? 3 : 2); i++) {
        open.add(Pipe.open());
      }
      Optional<Fd> stdinEnd = input ? Optional.of(open.get(2).reading()) : Optional.empty();
      Ends ends = new Ends(stdinEnd, open.get(0).writing(), open.get(1).writing());
      var stdoutEnd = new End(onStdout);
      var stderrEnd = new End(onStderr);
      PipeReader stdout = pipes.reader(open.get(0).reading(), stdoutEnd);
      PipeReader stderr = pipes.reader(open.get(1).reading(), stderrEnd);
      Optional<PipeWriter> stdin =
          input ? Optional.of(pipes.writer(open.get(2).writing())) : Optional.empty();
      var drained = CompletableFuture.allOf(stdoutEnd.told, stderrEnd.told);
      return new Stdio(ends, stdout, stderr, stdin, drained);
    } catch (LinuxException e) {
      open.forEach(Pipe::close);
      throw e;
    }
  }

  Ends ends() {
    return ends;
  }

  /** Makes the program's ends belong to the container, so that /dev/stdout can be opened there. */
  void give(long uid) throws LinuxException {
    List<Fd> all = new ArrayList<>(List.of(ends.stdout, ends.stderr));
    ends.stdin.ifPresent(all::add);
    for (Fd end : all) {
      end.chown(uid, uid);
      end.chmod(ANYBODY);
    }
  }

  PipeReader stdout() {
    return stdout;
  }

  PipeReader stderr() {
    return stderr;
  }

  Optional<PipeWriter> stdin() {
    return stdin;
  }

  /** The program is dead: reads what is left, and ends when both streams were told their end. */
  CompletableFuture<Void> drain() {
    ends.close();
    stdin.ifPresent(PipeWriter::close);
    stdout.drainAndEnd();
    stderr.drainAndEnd();
    return drained;
  }

  /** Passes a stream on and notes its end. */
  private static final class End implements PipeReader.Sink {
    private final PipeReader.Sink sink;
    private final CompletableFuture<Void> told = new CompletableFuture<>();

    End(PipeReader.Sink sink) {
      this.sink = sink;
    }

    @Override
    public void data(PipeReader reader, byte[] bytes) {
      sink.data(reader, bytes);
    }

    @Override
    public void end() {
      try {
        sink.end();
      } finally {
        told.complete(null);
      }
    }
  }
}
