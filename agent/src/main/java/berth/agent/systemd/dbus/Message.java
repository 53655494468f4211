package berth.agent.systemd.dbus;

import berth.agent.linux.Fd;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A message that came in: a reply, an error or a signal. Its values are read when they are first
 * asked for. File descriptors belong to the message until they are taken, and go with {@link
 * #close}.
 */
public final class Message implements AutoCloseable {

  /** What a message is for. */
  public enum Kind {
    CALL,
    REPLY,
    ERROR,
    SIGNAL;

    /** The kind that a message's second byte tells; empty for one of a later specification. */
    static Optional<Kind> of(int code) {
      return switch (code) {
        case 1 -> Optional.of(CALL);
        case 2 -> Optional.of(REPLY);
        case 3 -> Optional.of(ERROR);
        case 4 -> Optional.of(SIGNAL);
        case 0 -> throw BusException.malformed("message type 0");
        default -> Optional.empty();
      };
    }
  }

  private final Header header;
  private final ByteBuffer bytes;
  private final List<Fd> fds;
  private final long sequence;
  private List<Object> body;

  Message(Header header, ByteBuffer bytes, List<Fd> fds, long sequence) {
    this.header = header;
    this.bytes = bytes;
    this.fds = new ArrayList<>(fds);
    this.sequence = sequence;
  }

  Header header() {
    return header;
  }

  int size() {
    return bytes.limit();
  }

  public Kind kind() {
    return header.kind();
  }

  /** The object that a signal is from; empty on a reply. */
  public String path() {
    return header.path();
  }

  /** The interface that a signal is of; empty on a reply. */
  public String on() {
    return header.on();
  }

  /** The name of a signal; empty on a reply. */
  public String member() {
    return header.member();
  }

  /** The unique name of who sent it. */
  public String sender() {
    return header.sender();
  }

  /** Its place in the order in which the connection's messages came: 1, 2, 3 ... */
  public long sequence() {
    return sequence;
  }

  /** Its values. */
  public synchronized List<Object> body() {
    if (body == null) {
      body = new Decoder(bytes, List.copyOf(fds)).all(header.signature());
    }
    return body;
  }

  /** A value that must be of this type. */
  public <T> T get(int index, Class<T> type) {
    List<Object> values = body();
    if (index >= values.size() || !type.isInstance(values.get(index))) {
      throw BusException.malformed(
          "value " + index + " of \"" + header.signature() + "\" is no " + type.getSimpleName());
    }
    return type.cast(values.get(index));
  }

  public String string(int index) {
    return get(index, String.class);
  }

  public ObjectPath objectPath(int index) {
    return get(index, ObjectPath.class);
  }

  /** Any of the numbers, as a long. */
  public long number(int index) {
    return get(index, Number.class).longValue();
  }

  /** An array, or the fields of a structure. */
  public List<?> list(int index) {
    return get(index, List.class);
  }

  public Map<?, ?> map(int index) {
    return get(index, Map.class);
  }

  /** A file descriptor, which is the caller's from now on. */
  public synchronized Fd takeFd(int index) {
    Fd fd = get(index, Fd.class);
    if (!fds.remove(fd)) {
      throw new IllegalStateException("the file descriptor was taken already");
    }
    return fd;
  }

  /** Closes the file descriptors that nobody took. */
  @Override
  public synchronized void close() {
    fds.forEach(Fd::close);
    fds.clear();
  }

  @Override
  public String toString() {
    return header.toString();
  }
}
