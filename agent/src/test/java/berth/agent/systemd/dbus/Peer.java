package berth.agent.systemd.dbus;

import berth.agent.linux.Fd;
import berth.agent.linux.SocketMessage;
import berth.agent.linux.ThreadIdentity;
import berth.agent.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Somebody else on the bus, who can also emit signals and hear calls. */
public final class Peer implements AutoCloseable {
  private static final int REPLY = 2;
  private static final int SIGNAL = 4;

  private final UnixSocket socket;
  private final Frames frames = new Frames(128 << 20);
  private final Deque<Message> read = new ArrayDeque<>();
  private final String name;
  private long serial;

  Peer(Path path) throws IOException {
    socket = UnixSocket.connect(path.toString(), Duration.ofSeconds(10));
    new Authentication(socket, Duration.ofSeconds(10)).as(ThreadIdentity.current());
    name = driver("Hello", "").string(0);
  }

  /** Its unique name. */
  public String name() {
    return name;
  }

  /** Emits a signal of the interface a.b on /x, to all or to one. */
  void emit(String destination, String member, String signature, Object... values)
      throws IOException {
    emit(destination, new ObjectPath("/x"), "a.b", member, signature, values);
  }

  /** Emits any signal to all. */
  public void emit(ObjectPath path, String on, String member, String signature, Object... values)
      throws IOException {
    emit("", path, on, member, signature, values);
  }

  private void emit(
      String destination,
      ObjectPath path,
      String on,
      String member,
      String signature,
      Object... values)
      throws IOException {
    List<Object> fields = new ArrayList<>();
    fields.add(List.of((byte) 1, Variant.of("o", path)));
    fields.add(List.of((byte) 2, Variant.of(on)));
    fields.add(List.of((byte) 3, Variant.of(member)));
    if (!destination.isEmpty()) {
      fields.add(List.of((byte) 6, Variant.of(destination)));
    }
    send(SIGNAL, fields, signature, values);
  }

  /** Answers a call. */
  public void reply(Message call, String signature, Object... values) throws IOException {
    List<Object> fields = new ArrayList<>();
    fields.add(List.of((byte) 5, Variant.of("u", call.header().serial())));
    fields.add(List.of((byte) 6, Variant.of(call.sender())));
    send(REPLY, fields, signature, values);
  }

  /** Calls the bus itself with a text, or without. */
  public Message driver(String member, String signature, Object... values) throws IOException {
    Call call =
        Call.of(NameOwners.DRIVER, NameOwners.DRIVER_PATH, NameOwners.DRIVER, member)
            .with(signature, values);
    Encoder arguments = new Encoder().all(call.signature(), call.arguments());
    write(Header.write(call, ++serial, arguments.bytes(), 0), List.of());
    while (true) {
      Message message = next();
      if (message.header().replySerial() == serial) {
        return message;
      }
    }
  }

  /** The next message that is for it. */
  public Message next() throws IOException {
    while (read.isEmpty()) {
      SocketMessage part = SocketMessage.receive(socket.fd(), 65536);
      if (part.count() <= 0) {
        throw new IOException("nothing more comes: " + part.count());
      }
      frames.add(part.data(), part.fds(), read::add);
    }
    return read.remove();
  }

  /** The next method call, whatever else comes. */
  public Message nextCall() throws IOException {
    Message message = next();
    return message.kind() == Message.Kind.CALL ? message : nextCall();
  }

  @Override
  public void close() {
    socket.close();
    frames.close();
  }

  private void send(int kind, List<Object> fields, String signature, Object... values)
      throws IOException {
    Encoder body = new Encoder().all(new Signature(signature), List.of(values));
    if (!signature.isEmpty()) {
      fields.add(List.of((byte) 8, Variant.of("g", new Signature(signature))));
    }
    if (!body.fds().isEmpty()) {
      fields.add(List.of((byte) 9, Variant.of("u", (long) body.fds().size())));
    }
    Encoder head = new Encoder();
    List<Object> fixed =
        List.of((byte) 'l', (byte) kind, (byte) 1, (byte) 1, (long) body.size(), ++serial);
    head.all(new Signature("yyyyuu"), fixed);
    head.value(new Signature("a(yv)").single(), fields);
    head.align(8);
    byte[] message = new byte[head.size() + body.size()];
    System.arraycopy(head.bytes(), 0, message, 0, head.size());
    System.arraycopy(body.bytes(), 0, message, head.size(), body.size());
    write(message, body.fds());
  }

  private void write(byte[] bytes, List<Fd> fds) throws IOException {
    int sent = 0;
    while (sent < bytes.length) {
      sent += (int) socket.send(bytes, sent, sent == 0 ? fds : List.of());
    }
  }
}
