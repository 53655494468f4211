package berth.agent.process;

import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Reactor;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What comes out of a program, in chunks of at most 64 KiB. It begins paused. Its methods may be
 * called by any thread; the sink is called on the reactor's thread and must not block.
 */
public final class PipeReader implements AutoCloseable {
  private static final int READS_IN_A_ROW = 4;
  private static final long HUNG_UP_NANOS = 20_000_000;

  private final Reactor reactor;
  private final Fd fd;
  private final byte[] scratch;
  private final boolean terminal;
  private final Sink sink;
  private final Reactor.Registration registration;
  private boolean paused = true;
  private boolean last;
  private boolean ended;

  /** Who takes what is read. */
  public interface Sink {
    /** The next bytes, the receiver's own. {@code reader.pause()} in here takes effect at once. */
    void data(PipeReader reader, byte[] bytes);

    /** Nothing comes any more. Called once. */
    void end();
  }

  PipeReader(Reactor reactor, Fd fd, byte[] scratch, boolean terminal, Sink sink) {
    this.reactor = reactor;
    this.fd = fd;
    this.scratch = scratch;
    this.terminal = terminal;
    this.sink = sink;
    this.registration = reactor.register(fd, events -> drain());
  }

  /** Hands nothing on until {@link #resume}; from another thread one more chunk may come. */
  public void pause() {
    run(() -> {
      paused = true;
      await(false);
    });
  }

  /** Reads on. */
  public void resume() {
    resumeWhere(() -> true);
  }

  /** Reads on where this still holds when nothing else is read: it is asked on that thread. */
  public void resumeWhere(BooleanSupplier wanted) {
    run(() -> {
      if (!wanted.getAsBoolean()) {
        return;
      }
      paused = false;
      await(!last);
      if (last) {
        drain();
      }
    });
  }

  /**
   * The program and all its children are dead: what the pipe still holds is all that comes, even if
   * somebody elsewhere has its other end open.
   */
  public void drainAndEnd() {
    run(() -> {
      last = true;
      if (!paused) {
        drain();
      }
    });
  }

  /** Stops reading and tells the end, whatever the pipe still holds. */
  @Override
  public void close() {
    run(this::end);
  }

  private void drain() {
    for (int i = 0; i < READS_IN_A_ROW; i++) {
      if (paused || ended) {
        return;
      }
      int count = fd.read(scratch);
      if (count > 0) {
        sink.data(this, Arrays.copyOf(scratch, count));
      } else if (count == -LinuxException.EIO && terminal && !last) {
        lookAgainLater();
        return;
      } else if (count != -LinuxException.EAGAIN || last) {
        end();
        return;
      } else {
        return;
      }
    }
    if (last) {
      reactor.execute(this::drain); // others come between; a lone EAGAIN would never be told
    }
  }

  /**
   * A terminal that nobody has open reads EIO, and is at once ready for that. systemd opens and
   * closes it before the program has it, and login(1) hangs it up: somebody may open it again.
   */
  private void lookAgainLater() {
    await(false);
    Thread.startVirtualThread(() -> {
      LockSupport.parkNanos(HUNG_UP_NANOS);
      reactor.execute(() -> await(!paused && !last));
    });
  }

  private void end() {
    if (!ended) {
      ended = true;
      registration.close();
      fd.close();
      sink.end();
    }
  }

  private void await(boolean readable) {
    if (!ended) {
      registration.interest(readable ? Reactor.READABLE : 0);
    }
  }

  private void run(Runnable task) {
    if (reactor.isCurrent()) {
      task.run();
    } else {
      reactor.execute(task);
    }
  }
}
