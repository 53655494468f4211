package berth.agent.process;

import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.systemd.Pty;
import berth.agent.systemd.TransientUnit;
import berth.agent.systemd.dbus.Variant;
import berth.protocol.WindowSize;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A program's standard streams as a terminal of its container (pty(7)). We do not hold the
 * program's end where systemd opens it: as long as somebody does, the kernel hangs the terminal up
 * when the program that leads its session ends, and throws away what was written and not yet read.
 */
final class TerminalStdio implements Stdio {
  private static final Logger LOG = System.getLogger(TerminalStdio.class.getName());

  private final String path;
  private final Fd window;
  private final PipeReader output;
  private final Optional<PipeWriter> input;
  private final ToldEnd end;

  private TerminalStdio(
      String path, Fd window, PipeReader output, Optional<PipeWriter> input, ToldEnd end) {
    this.path = path;
    this.window = window;
    this.output = output;
    this.input = input;
    this.end = end;
  }

  /** Takes a terminal over. */
  static TerminalStdio open(
      PipeReactor pipes, Pty pty, WindowSize size, boolean stdin, PipeReader.Sink onOutput)
      throws LinuxException {
    Fd window = pty.master();
    try {
      window.windowSize(size.rows(), size.columns());
      var end = new ToldEnd(onOutput);
      Optional<PipeWriter> input =
          stdin ? Optional.of(pipes.writer(window.duplicate())) : Optional.empty();
      PipeReader output = pipes.terminalReader(window.duplicate(), end);
      return new TerminalStdio(pty.path(), window, output, input, end);
    } catch (LinuxException e) {
      pty.close();
      throw e;
    }
  }

  /** systemd gives the terminal to the program's user itself. */
  @Override
  public void give(long uid) {}

  /** An interactive shell pays no heed to SIGTERM: it ends by the hangup that follows. */
  @Override
  public TransientUnit connect(TransientUnit unit) {
    return unit.with("StandardInput", Variant.of("tty-force"))
        .with("StandardOutput", Variant.of("tty"))
        .with("StandardError", Variant.of("tty"))
        .with("TTYPath", Variant.of(path))
        .with("SendSIGHUP", Variant.of(true));
  }

  @Override
  public void connected() {}

  @Override
  public Optional<Fd> terminal() throws LinuxException {
    return Optional.of(window.terminalPeer());
  }

  @Override
  public PipeReader stdout() {
    return output;
  }

  @Override
  public Optional<PipeReader> stderr() {
    return Optional.empty();
  }

  @Override
  public Optional<PipeWriter> stdin() {
    return input;
  }

  @Override
  public synchronized void resize(WindowSize size) {
    if (window.isOpen()) {
      try {
        window.windowSize(size.rows(), size.columns());
      } catch (LinuxException e) {
        LOG.log(Level.WARNING, "can't make the terminal " + path + " " + size, e);
      }
    }
  }

  @Override
  public CompletableFuture<Void> drain() {
    input.ifPresent(PipeWriter::close);
    output.drainAndEnd();
    return end.told().thenRun(this::closeWindow);
  }

  private synchronized void closeWindow() {
    window.close();
  }
}
