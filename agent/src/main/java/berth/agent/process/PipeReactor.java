package berth.agent.process;

import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Reactor;

/**
 * Reads and writes any number of pipes on the reactor's one thread. A reader that is paused is not
 * read from, so the program that writes stands still when the kernel's 64 KiB are full.
 */
public final class PipeReactor {
  static final int CHUNK = 64 << 10;

  private final Reactor reactor;
  private final byte[] scratch = new byte[CHUNK];

  public PipeReactor(Reactor reactor) {
    this.reactor = reactor;
  }

  /** Reads a pipe's end, which it takes over, once {@link PipeReader#resume} is called. */
  public PipeReader reader(Fd end, PipeReader.Sink sink) throws LinuxException {
    end.nonBlocking();
    return new PipeReader(reactor, end, scratch, false, sink);
  }

  /** Reads a terminal's master likewise; it has no end before {@link PipeReader#drainAndEnd}. */
  PipeReader terminalReader(Fd master, PipeReader.Sink sink) throws LinuxException {
    master.nonBlocking();
    return new PipeReader(reactor, master, scratch, true, sink);
  }

  /** Writes to a pipe's end, which it takes over. */
  public PipeWriter writer(Fd end) throws LinuxException {
    end.nonBlocking();
    return new PipeWriter(reactor, end);
  }
}
