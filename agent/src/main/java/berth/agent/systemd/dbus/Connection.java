package berth.agent.systemd.dbus;

import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Reactor;
import berth.agent.linux.SocketMessage;
import berth.agent.linux.UnixSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The bytes of a bus: reads on the reactor's thread, writes on the caller's where there is room and
 * on the reactor's where there was none. Whatever breaks it closes it, and that is told once.
 */
final class Connection {
  private static final int READ_AT_ONCE = 16 << 10;
  private static final int READS_IN_A_ROW = 16;
  private static final int MOST_UNSENT = 16 << 20;

  private final UnixSocket socket;
  private final Reactor reactor;
  private final Frames frames;
  private final boolean givesFds;
  private final Consumer<Message> onMessage;
  private final Consumer<BusException> onClose;
  private final Reactor.Registration registration;
  private final Deque<Outgoing> unsent = new ArrayDeque<>();
  private int unsentBytes;
  private boolean closed;

  Connection(
      Reactor reactor,
      UnixSocket socket,
      BusAddress address,
      Consumer<Message> onMessage,
      Consumer<BusException> onClose) {
    this.reactor = reactor;
    this.socket = socket;
    this.frames = new Frames(address.maxMessage());
    this.givesFds = address.givesFds();
    this.onMessage = onMessage;
    this.onClose = onClose;
    this.registration = reactor.register(socket.fd(), this::ready);
  }

  /** Begins to read. */
  void start() {
    reactor.execute(this::awaitMore);
  }

  /** Sends a message now or as soon as there is room; takes it over. */
  void send(Outgoing message) {
    synchronized (unsent) {
      if (closed) {
        message.close();
        return;
      }
      boolean first = unsent.isEmpty();
      unsent.add(message);
      unsentBytes += message.remaining();
      if (first) {
        flush();
      }
      if (unsentBytes > MOST_UNSENT) {
        close(new BusException(BusException.LIMITS_EXCEEDED, "the bus does not read what we send"));
      } else if (first && !unsent.isEmpty()) {
        reactor.execute(this::awaitMore);
      }
    }
  }

  /** Ends the connection for this reason, unless it has ended before. */
  void close(BusException reason) {
    synchronized (unsent) {
      if (closed) {
        return;
      }
      closed = true;
      unsent.forEach(Outgoing::close);
      unsent.clear();
    }
    reactor.execute(() -> release(reason));
  }

  private void release(BusException reason) {
    registration.close();
    socket.close();
    frames.close();
    onClose.accept(reason);
  }

  private void awaitMore() {
    synchronized (unsent) {
      if (!closed) {
        registration.interest(Reactor.READABLE | (unsent.isEmpty() ? 0 : Reactor.WRITABLE));
      }
    }
  }

  private void ready(int events) {
    if ((events & Reactor.WRITABLE) != 0) {
      synchronized (unsent) {
        flush();
      }
      awaitMore();
    }
    if ((events & (Reactor.READABLE | Reactor.BROKEN)) != 0) {
      try {
        read();
      } catch (BusException e) {
        close(e);
      }
    }
  }

  private void read() {
    for (int i = 0; i < READS_IN_A_ROW && isOpen(); i++) {
      SocketMessage part = SocketMessage.receive(socket.fd(), READ_AT_ONCE);
      if (part.count() == -LinuxException.EAGAIN) {
        return;
      }
      if (part.count() <= 0) {
        part.fds().forEach(Fd::close);
        throw new BusException(BusException.DISCONNECTED, "the bus hung up");
      }
      if (!givesFds && !part.fds().isEmpty()) {
        closeElsewhere(part.fds());
        throw BusException.malformed("file descriptors that nobody asked for");
      }
      frames.add(part.data(), part.fds(), onMessage);
      if (part.truncated()) {
        throw BusException.malformed("more file descriptors than a message may have");
      }
      if (part.count() < READ_AT_ONCE) {
        return;
      }
    }
  }

  /** What a stranger made may hold up whoever closes it; that must not be the reactor. */
  private static void closeElsewhere(List<Fd> fds) {
    Thread.ofPlatform().daemon().name("berth-close").start(() -> fds.forEach(Fd::close));
  }

  private boolean isOpen() {
    synchronized (unsent) {
      return !closed;
    }
  }

  /** Under the lock: writes until nothing is left or nothing goes. */
  private void flush() {
    while (!closed && !unsent.isEmpty()) {
      Outgoing message = unsent.getFirst();
      long sent = message.sendOn(socket);
      if (sent == -LinuxException.EAGAIN) {
        return;
      }
      if (sent < 0) {
        close(new BusException(BusException.DISCONNECTED, "writing failed, error " + -sent));
        return;
      }
      unsentBytes -= (int) sent;
      if (message.remaining() == 0) {
        unsent.removeFirst().close();
      }
    }
  }
}
