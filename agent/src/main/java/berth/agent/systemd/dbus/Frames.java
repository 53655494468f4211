package berth.agent.systemd.dbus;

import berth.agent.linux.Fd;
import berth.agent.linux.SocketMessage;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts the stream of bytes into messages and gives each the file descriptors that came along. Owns
 * the descriptors of messages that are not complete yet.
 */
final class Frames implements AutoCloseable {
  private static final int MOST_WAITING_FDS = 2 * SocketMessage.MAX_FDS;

  private final long maxMessage;
  private final Deque<Fd> fds = new ArrayDeque<>();
  private byte[] bytes = new byte[1024];
  private int start;
  private int end;
  private long sequence;

  Frames(long maxMessage) {
    this.maxMessage = maxMessage;
  }

  /** Takes what was read and hands each message on that is complete now. */
  void add(ByteBuffer data, List<Fd> more, Consumer<Message> each) {
    fds.addAll(more);
    if (fds.size() > MOST_WAITING_FDS) {
      throw BusException.malformed("file descriptors that no message names");
    }
    append(data);
    for (int length = next(); length > 0 && length <= end - start; length = next()) {
      byte[] message = Arrays.copyOfRange(bytes, start, start + length);
      start += length;
      message(message).ifPresent(each);
    }
  }

  /** How long the next message is; 0 where even that is not known yet. */
  private int next() {
    if (end - start < Header.FIXED) {
      return 0;
    }
    ByteBuffer fixed = ByteBuffer.wrap(bytes, start, Header.FIXED).slice();
    return (int) Header.length(fixed.order(Header.order(fixed.get(0))), maxMessage);
  }

  private Optional<Message> message(byte[] whole) {
    ByteBuffer buffer = ByteBuffer.wrap(whole).order(Header.order(whole[0]));
    return Header.read(buffer).map(header -> message(header, buffer));
  }

  private Message message(Header header, ByteBuffer buffer) {
    if (header.fds() > fds.size()) {
      throw BusException.malformed("file descriptors were announced and did not come");
    }
    List<Fd> own = new ArrayList<>();
    for (int i = 0; i < header.fds(); i++) {
      own.add(fds.remove());
    }
    int offset = Header.bodyOffset(buffer);
    ByteBuffer body = buffer.slice(offset, buffer.limit() - offset).order(buffer.order());
    return new Message(header, body, own, ++sequence);
  }

  private void append(ByteBuffer data) {
    int more = data.remaining();
    if (bytes.length - end < more) {
      int held = end - start;
      int size = held + more;
      byte[] larger =
          new byte[size > bytes.length ? Math.max(size, 2 * bytes.length) : bytes.length];
      System.arraycopy(bytes, start, larger, 0, held);
      bytes = larger;
      start = 0;
      end = held;
    }
    data.get(bytes, end, more);
    end += more;
  }

  @Override
  public void close() {
    fds.forEach(Fd::close);
    fds.clear();
  }
}
