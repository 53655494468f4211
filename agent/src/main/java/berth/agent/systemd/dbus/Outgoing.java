package berth.agent.systemd.dbus;

import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.linux.UnixSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * A message on its way out. It has descriptors of its own of the files that it passes, so that the
 * caller may close hers whenever she likes.
 */
final class Outgoing implements AutoCloseable {
  private final byte[] bytes;
  private final List<Fd> fds;
  private int sent;

  private Outgoing(byte[] bytes, List<Fd> fds) {
    this.bytes = bytes;
    this.fds = fds;
  }

  static Outgoing of(Call call, long serial) {
    Encoder arguments = new Encoder().all(call.signature(), call.arguments());
    List<Fd> lent = arguments.fds();
    byte[] message = Header.write(call, serial, arguments.bytes(), lent.size());
    return new Outgoing(message, duplicates(lent));
  }

  int remaining() {
    return bytes.length - sent;
  }

  /** Sends what goes; says how many bytes went, or a negated error number. */
  long sendOn(UnixSocket socket) {
    long count = socket.trySend(bytes, sent, sent == 0 ? fds : List.of());
    if (count > 0) {
      sent += (int) count;
    }
    return count;
  }

  private static List<Fd> duplicates(List<Fd> lent) {
    List<Fd> own = new ArrayList<>();
    try {
      for (Fd fd : lent) {
        own.add(fd.duplicate());
      }
      return own;
    } catch (LinuxException e) {
      own.forEach(Fd::close);
      throw new BusException(BusException.LIMITS_EXCEEDED, e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    fds.forEach(Fd::close);
  }
}
