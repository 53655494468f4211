package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A local socket (unix(7)) that can also hand over file descriptors. It does not read and write by
 * itself: {@link SocketMessage} says how much went and what came.
 */
public final class UnixSocket implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 02000000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SHUT_RDWR = 2;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int PATH_MAX = 107;

  private final Fd fd;

  private UnixSocket(Fd fd) {
    this.fd = fd;
  }

  /**
   * Connects a stream to the socket at this path, as the calling thread's user.
   *
   * @param limit for the connecting and for each single read and write that blocks
   */
  public static UnixSocket connect(String path, Duration limit) throws LinuxException {
    UnixSocket socket = open(SOCK_STREAM);
    try (Arena arena = Arena.ofConfined()) {
      socket.limit(arena, limit);
      MemorySegment address = address(arena, path);
      int size = (int) address.byteSize();
      Libc.check(Libc.connect(socket.fd.number(), address, size), "connect to " + path);
      return socket;
    } catch (LinuxException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Sends one datagram; a path that begins with {@code @} is in the abstract name space. */
  public static void sendDatagram(String path, byte[] data) throws LinuxException {
    try (UnixSocket socket = open(SOCK_DGRAM);
        Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, path);
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, data);
      long sent =
          Libc.sendto(
              socket.fd.number(),
              bytes,
              data.length,
              MSG_NOSIGNAL,
              address,
              (int) address.byteSize());
      Libc.check(sent, "send to " + path);
    }
  }

  /** Reads what comes next, without the file descriptors that may come with it. */
  public int read(byte[] into) {
    return fd.read(into);
  }

  /** Sends bytes and file descriptors, which stay the caller's; says how many bytes went. */
  public long send(byte[] data, int offset, List<Fd> fds) throws LinuxException {
    return Libc.check(SocketMessage.send(fd, data, offset, fds), "write to a socket");
  }

  /** The same, and minus {@link LinuxException#EAGAIN} where nothing goes at the moment. */
  public long trySend(byte[] data, int offset, List<Fd> fds) {
    return SocketMessage.send(fd, data, offset, fds);
  }

  /** Its descriptor, lent for waiting on it. */
  public Fd fd() {
    return fd;
  }

  /** Ends both directions, so that whoever waits on it wakes. */
  public void shutdown() {
    if (fd.isOpen()) {
      Libc.shutdown(fd.number(), SHUT_RDWR);
    }
  }

  @Override
  public void close() {
    fd.close();
  }

  private static UnixSocket open(int type) throws LinuxException {
    return new UnixSocket(
        Fd.owning(Libc.check(Libc.socket(AF_UNIX, type | SOCK_CLOEXEC), "make a socket")));
  }

  private void limit(Arena arena, Duration limit) throws LinuxException {
    MemorySegment time = arena.allocate(16, 8);
    time.set(JAVA_LONG, 0, limit.toSeconds());
    time.set(JAVA_LONG, 8, limit.toNanosPart() / 1000);
    for (int option : new int[] {SO_RCVTIMEO, SO_SNDTIMEO}) {
      int result = Libc.setsockopt(fd.number(), SOL_SOCKET, option, time, 16);
      Libc.check(result, "limit a socket's waiting");
    }
  }

  private static MemorySegment address(Arena arena, String path) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    if (name.length == 0 || name.length > PATH_MAX) {
      throw new IllegalArgumentException("bad socket path of " + name.length + " bytes: " + path);
    }
    boolean hidden = name[0] == '@';
    MemorySegment address = arena.allocate(2 + name.length + (hidden ? 0 : 1), 2);
    address.set(JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
    if (hidden) {
      address.set(JAVA_BYTE, 2, (byte) 0);
    }
    return address;
  }
}
