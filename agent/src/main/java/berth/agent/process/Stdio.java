package berth.agent.process;

import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.systemd.TransientUnit;
import berth.protocol.WindowSize;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The standard streams of one program: our ends of them, and how a unit gets the others. */
sealed interface Stdio permits PipedStdio, TerminalStdio {

  /** Makes what the program will open belong to its container. */
  void give(long uid) throws LinuxException;

  /** The unit with its standard streams; what is lent to it must stay open until it has begun. */
  TransientUnit connect(TransientUnit unit);

  /** The unit has its streams. */
  void connected();

  /** The program's end of its terminal, opened anew for the caller; empty where it has none. */
  Optional<Fd> terminal() throws LinuxException;

  PipeReader stdout();

  /** Empty where both outputs are one. */
  Optional<PipeReader> stderr();

  /** Empty where the program reads nothing. */
  Optional<PipeWriter> stdin();

  /** Gives the window another size, where there is one. */
  void resize(WindowSize size);

  /** The program is dead: reads what is left, and ends when every stream was told its end. */
  CompletableFuture<Void> drain();
}
