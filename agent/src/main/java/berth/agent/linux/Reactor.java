package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One thread that waits for many file descriptors at once (epoll(7)) and calls whoever registered
 * them. What it calls must not block: all sockets and pipes of the agent share the thread.
 */
public final class Reactor implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Reactor.class.getName());
  private static final int CLOEXEC = 02000000;
  private static final int NONBLOCK = 04000;
  private static final int ADD = 1;
  private static final int DELETE = 2;
  private static final int MODIFY = 3;
  private static final int EVENT_SIZE = Libc.X86_64 ? 12 : 16;
  private static final int DATA_OFFSET = Libc.X86_64 ? 4 : 8;
  private static final int BATCH = 64;
  private static final long WAKE = 0;

  /** There is something to read. */
  public static final int READABLE = 0x1;

  /** There is room to write. */
  public static final int WRITABLE = 0x4;

  /** The other end is gone or something is wrong; comes also where nobody asked for it. */
  public static final int BROKEN = 0x8 | 0x10;

  /** Called on the reactor's thread when a descriptor is ready. */
  public interface Handler {
    /** What it is ready for: {@link #READABLE}, {@link #WRITABLE}, {@link #BROKEN}. */
    void ready(int events);
  }

  private final Fd epoll;
  private final Fd wake;
  private final Map<Long, Handler> handlers = new ConcurrentHashMap<>();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final AtomicLong ids = new AtomicLong(WAKE);
  private final Thread thread;
  private volatile boolean closing;

  private Reactor(Fd epoll, Fd wake) throws LinuxException {
    this.epoll = epoll;
    this.wake = wake;
    control(ADD, wake, READABLE, WAKE);
    this.thread = Thread.ofPlatform().daemon().name("berth-io").unstarted(this::run);
  }

  /** Starts one. */
  public static Reactor start() throws LinuxException {
    Fd epoll = Fd.owning(Libc.check(Libc.epollCreate(CLOEXEC), "make an epoll"));
    try {
      Fd wake = Fd.owning(Libc.check(Libc.eventfd(CLOEXEC | NONBLOCK), "make an eventfd"));
      try {
        Reactor reactor = new Reactor(epoll, wake);
        reactor.thread.start();
        return reactor;
      } catch (LinuxException e) {
        wake.close();
        throw e;
      }
    } catch (LinuxException e) {
      epoll.close();
      throw e;
    }
  }

  /** Takes a descriptor up, waiting for nothing yet. The descriptor stays its owner's. */
  public Registration register(Fd fd, Handler handler) {
    long id = ids.incrementAndGet();
    handlers.put(id, handler);
    return new Registration(fd, id);
  }

  /** Runs this on the reactor's thread, soon, in the order of asking. */
  public void execute(Runnable task) {
    tasks.add(task);
    if (woken.compareAndSet(false, true) && wake.isOpen()) {
      wake.write(ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(0, 1));
    }
  }

  /** Whether the caller is called by the reactor. */
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** Ends the thread after what it was asked to run; nothing registered is called again. */
  @Override
  public void close() {
    closing = true;
    execute(() -> {});
    if (!isCurrent()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment events = arena.allocate((long) EVENT_SIZE * BATCH, 8);
      while (!closing) {
        int count = Libc.epollWait(epoll.number(), events, BATCH, -1);
        for (int i = 0; i < count; i++) {
          long at = (long) EVENT_SIZE * i;
          int ready = events.get(JAVA_INT_UNALIGNED, at);
          handle(events.get(JAVA_LONG_UNALIGNED, at + DATA_OFFSET), ready);
        }
      }
      runTasks();
    } finally {
      wake.close();
      epoll.close();
    }
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      guarded(task);
    }
  }

  private void handle(long id, int events) {
    if (id == WAKE) {
      wake.read(new byte[8]);
      woken.set(false);
      runTasks();
      return;
    }
    Handler handler = handlers.get(id);
    if (handler != null) {
      guarded(() -> handler.ready(events));
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | AssertionError e) {
      LOG.log(Level.ERROR, "a defect in something that waits for input or output", e);
    }
  }

  private void control(int operation, Fd fd, int events, long id) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(EVENT_SIZE, 8);
      event.set(JAVA_INT, 0, events);
      event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, id);
      Libc.check(Libc.epollCtl(epoll.number(), operation, fd.number(), event), "wait on a file");
    }
  }

  /** One descriptor's place. Used by one thread at a time; end it before the descriptor closes. */
  public final class Registration implements AutoCloseable {
    private final Fd fd;
    private final long id;
    private int interest;

    private Registration(Fd fd, long id) {
      this.fd = fd;
      this.id = id;
    }

    /** What to be called for from now on; with 0 not even a lost peer is told. */
    public void interest(int events) {
      if (events == interest || closing) {
        return;
      }
      int operation = interest == 0 ? ADD : events == 0 ? DELETE : MODIFY;
      try {
        control(operation, fd, events, id);
      } catch (LinuxException e) {
        throw new UncheckedIOException(e);
      }
      interest = events;
    }

    @Override
    public void close() {
      handlers.remove(id);
      interest(0);
    }
  }
}
