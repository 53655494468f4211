package berth.agent.process;

import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Pipe;
import berth.agent.systemd.TransientUnit;
import berth.agent.systemd.dbus.Variant;
import berth.protocol.WindowSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A program's standard streams as pipes: our ends, and the program's until it has them. */
final class PipedStdio implements Stdio {
  private static final int ANYBODY = 0666;

  /** The program's ends. */
  private record Ends(Optional<Fd> stdin, Fd stdout, Fd stderr) implements AutoCloseable {
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

  private PipedStdio(
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
  static PipedStdio open(
      PipeReactor pipes, boolean input, PipeReader.Sink onStdout, PipeReader.Sink onStderr)
      throws LinuxException {
    List<Pipe> open = new ArrayList<>();
    try {
      for (int i = 0; i < (input ? 3 : 2); i++) {
        open.add(Pipe.open());
      }
      Optional<Fd> stdinEnd = input ? Optional.of(open.get(2).reading()) : Optional.empty();
      Ends ends = new Ends(stdinEnd, open.get(0).writing(), open.get(1).writing());
      var stdoutEnd = new ToldEnd(onStdout);
      var stderrEnd = new ToldEnd(onStderr);
      PipeReader stdout = pipes.reader(open.get(0).reading(), stdoutEnd);
      PipeReader stderr = pipes.reader(open.get(1).reading(), stderrEnd);
      Optional<PipeWriter> stdin =
          input ? Optional.of(pipes.writer(open.get(2).writing())) : Optional.empty();
      var drained = CompletableFuture.allOf(stdoutEnd.told(), stderrEnd.told());
      return new PipedStdio(ends, stdout, stderr, stdin, drained);
    } catch (LinuxException e) {
      open.forEach(Pipe::close);
      throw e;
    }
  }

  @Override
  public TransientUnit connect(TransientUnit unit) {
    TransientUnit connected =
        unit.with("StandardOutputFileDescriptor", Variant.of("h", ends.stdout))
            .with("StandardErrorFileDescriptor", Variant.of("h", ends.stderr));
    return ends.stdin.isPresent()
        ? connected.with("StandardInputFileDescriptor", Variant.of("h", ends.stdin.get()))
        : connected;
  }

  /** The program has its ends now: theirs alone keep the pipes open. */
  @Override
  public void connected() {
    ends.close();
  }

  /** Makes the program's ends belong to the container, so that /dev/stdout can be opened there. */
  @Override
  public void give(long uid) throws LinuxException {
    List<Fd> all = new ArrayList<>(List.of(ends.stdout, ends.stderr));
    ends.stdin.ifPresent(all::add);
    for (Fd end : all) {
      end.chown(uid, uid);
      end.chmod(ANYBODY);
    }
  }

  @Override
  public Optional<Fd> terminal() {
    return Optional.empty();
  }

  @Override
  public PipeReader stdout() {
    return stdout;
  }

  @Override
  public Optional<PipeReader> stderr() {
    return Optional.of(stderr);
  }

  @Override
  public Optional<PipeWriter> stdin() {
    return stdin;
  }

  /** Pipes have no window. */
  @Override
  public void resize(WindowSize size) {}

  @Override
  public CompletableFuture<Void> drain() {
    ends.close();
    stdin.ifPresent(PipeWriter::close);
    stdout.drainAndEnd();
    stderr.drainAndEnd();
    return drained;
  }
}
