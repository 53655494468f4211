package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;

/**
 * A file descriptor with one owner. It is closed exactly once, by {@link #close}; whoever is handed
 * an {@code Fd} owns it from then on, unless the receiver says that it borrows. A use after the
 * close fails instead of hitting whatever got the number next.
 */
public final class Fd implements AutoCloseable {
  private static final int CLOSED = -1;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int O_NONBLOCK = 04000;
  private static final int O_RDWR_NOCTTY_CLOEXEC = 02 | 0400 | 02000000;
  private static final long TIOCSWINSZ = 0x5414;
  private static final long TIOCGPTPEER = 0x5441;

  /** Leaves an owner or group as it is in {@link #chown}. */
  public static final long UNCHANGED = -1;

  private final AtomicInteger number;

  private Fd(int number) {
    this.number = new AtomicInteger(number);
  }

  /** Takes over a number that nothing else closes. */
  static Fd owning(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("not a file descriptor: " + number);
    }
    return new Fd((int) number);
  }

  /** Its number, for a path below /proc/self/fd while it is open. */
  public int number() {
    int n = number.get();
    if (n == CLOSED) {
      throw new IllegalStateException("a file descriptor was used after its close");
    }
    return n;
  }

  /** Whether it is not closed yet. */
  public boolean isOpen() {
    return number.get() != CLOSED;
  }

  /** Another descriptor of the same open file, with an owner of its own. */
  public Fd duplicate() throws LinuxException {
    return owning(Libc.check(Libc.fcntl(number(), F_DUPFD_CLOEXEC, 3), "duplicate a descriptor"));
  }

  /** Gives the open file to this user and group, so that the user may open it again by its path. */
  public void chown(long uid, long gid) throws LinuxException {
    Libc.check(Libc.fchown(number(), (int) uid, (int) gid), "change the owner of a descriptor");
  }

  /** Lets these open the open file again by its path (chmod(2)). */
  public void chmod(int mode) throws LinuxException {
    Libc.check(Libc.fchmod(number(), mode), "change the mode of a descriptor");
  }

  /** From now on reading and writing return at once. */
  public void nonBlocking() throws LinuxException {
    long flags = Libc.check(Libc.fcntl(number(), F_GETFL, 0), "read a descriptor's flags");
    Libc.check(Libc.fcntl(number(), F_SETFL, flags | O_NONBLOCK), "set a descriptor's flags");
  }

  /** Tells a terminal how large its window is. */
  public void windowSize(int rows, int columns) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(8, 2);
      size.set(JAVA_SHORT, 0, (short) rows);
      size.set(JAVA_SHORT, 2, (short) columns);
      Libc.check(Libc.ioctl(number(), TIOCSWINSZ, size), "set a terminal's size");
    }
  }

  /** Opens the other end of the terminal whose master this is, whatever its path leads to. */
  public Fd terminalPeer() throws LinuxException {
    MemorySegment flags = MemorySegment.ofAddress(O_RDWR_NOCTTY_CLOEXEC);
    return owning(Libc.check(Libc.ioctl(number(), TIOCGPTPEER, flags), "open a terminal's end"));
  }

  /**
   * Reads what is there, at most as much as the array takes.
   *
   * @return how many bytes; 0 at the end; minus {@link LinuxException#EAGAIN} or another negated
   *     error number where there is nothing
   */
  public int read(byte[] into) {
    return filling(into, buffer -> Libc.read(number(), buffer, into.length));
  }

  /** The same from the file's beginning on. */
  int readFromStart(byte[] into) {
    return filling(into, buffer -> Libc.pread(number(), buffer, into.length, 0));
  }

  private static int filling(byte[] into, ToLongFunction<MemorySegment> reading) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(into.length);
      int count = (int) reading.applyAsLong(buffer);
      if (count > 0) {
        MemorySegment.copy(buffer, JAVA_BYTE, 0, into, 0, count);
      }
      return count;
    }
  }

  /**
   * Writes as much as goes, and moves the buffer's position on by that.
   *
   * @return how many bytes, or a negated error number
   */
  public int write(ByteBuffer from) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.max(1, from.remaining()));
      MemorySegment.copy(MemorySegment.ofBuffer(from), 0, buffer, 0, from.remaining());
      int count = (int) Libc.write(number(), buffer, from.remaining());
      from.position(from.position() + Math.max(0, count));
      return count;
    }
  }

  @Override
  public void close() {
    int n = number.getAndSet(CLOSED);
    if (n != CLOSED) {
      Libc.close(n);
    }
  }

  @Override
  public String toString() {
    return "fd " + number.get();
  }
}
