package berth.agent.systemd.dbus;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What stands before a message's values (specification, "Message Format"). Text that a message does
 * not have is empty, a number 0.
 */
record Header(
    Message.Kind kind,
    long serial,
    long replySerial,
    String path,
    String on,
    String member,
    String error,
    String destination,
    String sender,
    Signature signature,
    int fds) {
  static final int FIXED = 16;
  private static final Signature FIELDS = new Signature("a(yv)");
  private static final byte LITTLE = 'l';
  private static final byte BIG = 'B';
  private static final byte VERSION = 1;

  /** The byte order that a message's first byte tells. */
  static ByteOrder order(byte first) {
    return switch (first) {
      case LITTLE -> ByteOrder.LITTLE_ENDIAN;
      case BIG -> ByteOrder.BIG_ENDIAN;
      default -> throw BusException.malformed("no byte order is called " + first);
    };
  }

  /** The length of the whole message, told by its first 16 bytes. */
  static long length(ByteBuffer fixed, long most) {
    if (fixed.get(3) != VERSION) {
      throw BusException.malformed("protocol version " + fixed.get(3));
    }
    long body = Integer.toUnsignedLong(fixed.getInt(4));
    long fields = Integer.toUnsignedLong(fixed.getInt(12));
    long length = body + aligned(FIXED + fields);
    if (fields > Decoder.MAX_ARRAY || length > most) {
      throw BusException.malformed("a message of " + length + " bytes, more than " + most);
    }
    return length;
  }

  /** Where the values begin. */
  static int bodyOffset(ByteBuffer message) {
    return (int) aligned(FIXED + Integer.toUnsignedLong(message.getInt(12)));
  }

  /** Reads the header of a whole message; empty for a kind that is to be ignored. */
  static Optional<Header> read(ByteBuffer message) {
    var fields = new Fields();
    ByteBuffer part = message.duplicate().order(message.order());
    part.position(12).limit(bodyOffset(message));
    List<?> all = (List<?>) new Decoder(part, List.of()).value(FIELDS.single());
    all.forEach(field -> fields.add((List<?>) field));
    long serial = Integer.toUnsignedLong(message.getInt(8));
    return Message.Kind.of(message.get(1)).map(kind -> fields.header(kind, serial).required());
  }

  /** Writes a method call around its encoded arguments. */
  static byte[] write(Call call, long serial, byte[] arguments, int fds) {
    List<Object> fields = new ArrayList<>();
    fields.add(List.of((byte) 1, Variant.of("o", call.path())));
    fields.add(List.of((byte) 2, Variant.of(call.on())));
    fields.add(List.of((byte) 3, Variant.of(call.member())));
    fields.add(List.of((byte) 6, Variant.of(call.destination())));
    if (!call.signature().types().isEmpty()) {
      fields.add(List.of((byte) 8, Variant.of("g", call.signature())));
    }
    if (fds > 0) {
      fields.add(List.of((byte) 9, Variant.of("u", (long) fds)));
    }
    var encoder = new Encoder();
    List<Object> fixed =
        List.of(LITTLE, (byte) 1, (byte) 0, VERSION, (long) arguments.length, serial);
    encoder.all(new Signature("yyyyuu"), fixed);
    encoder.value(FIELDS.single(), fields);
    encoder.align(8);
    byte[] head = encoder.bytes();
    byte[] message = new byte[head.length + arguments.length];
    System.arraycopy(head, 0, message, 0, head.length);
    System.arraycopy(arguments, 0, message, head.length, arguments.length);
    return message;
  }

  private Header required() {
    boolean complete =
        serial != 0
            && switch (kind) {
              case CALL -> !path.isEmpty() && !member.isEmpty();
              case REPLY -> replySerial != 0;
              case ERROR -> replySerial != 0 && !error.isEmpty();
              case SIGNAL -> !path.isEmpty() && !on.isEmpty() && !member.isEmpty();
            };
    if (!complete) {
      throw BusException.malformed("a " + kind + " lacks what it must say");
    }
    return this;
  }

  private static long aligned(long size) {
    return (size + 7) & ~7L;
  }

  /** The fields as they are read, by their code. */
  private static final class Fields {
    private final Object[] values = new Object[10];

    void add(List<?> field) {
      int code = Byte.toUnsignedInt((Byte) field.getFirst());
      if (code == 0) {
        throw BusException.malformed("a header field of code 0");
      }
      if (code < values.length) {
        values[code] = ((Variant) field.getLast()).value();
      }
    }

    Header header(Message.Kind kind, long serial) {
      return new Header(
          kind,
          serial,
          get(5, Long.class, 0L),
          get(1, ObjectPath.class, null) == null ? "" : values[1].toString(),
          get(2, String.class, ""),
          get(3, String.class, ""),
          get(4, String.class, ""),
          get(6, String.class, ""),
          get(7, String.class, ""),
          get(8, Signature.class, Signature.EMPTY),
          (int) Math.min(Integer.MAX_VALUE, get(9, Long.class, 0L)));
    }

    private <T> T get(int code, Class<T> type, T missing) {
      Object value = values[code];
      if (value != null && !type.isInstance(value)) {
        throw BusException.malformed("header field " + code + " has the wrong type");
      }
      return value == null ? missing : type.cast(value);
    }
  }
}
