package berth.agent.systemd.dbus;

import berth.agent.linux.Fd;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads values in D-Bus' wire format, in either byte order. It takes nothing on trust: lengths,
 * padding, nesting, text and indexes are checked, and memory is taken as values come, never as they
 * are announced.
 */
final class Decoder {
  static final int MAX_ARRAY = 64 << 20;
  private static final int MAX_DEPTH = 64;

  private final ByteBuffer buffer;
  private final List<Fd> fds;
  private int depth;

  /**
   * @param buffer whose beginning is aligned to 8 bytes in the message
   * @param fds those that the values may name; they are lent
   */
  Decoder(ByteBuffer buffer, List<Fd> fds) {
    this.buffer = buffer;
    this.fds = fds;
  }

  /** All values, which must fill the buffer to its end. */
  List<Object> all(Signature signature) {
    List<Object> values = new ArrayList<>();
    for (Type type : signature.types()) {
      values.add(value(type));
    }
    if (buffer.hasRemaining()) {
      throw BusException.malformed(buffer.remaining() + " bytes more than \"" + signature + "\"");
    }
    return values;
  }

  /** The next value. */
  Object value(Type type) {
    try {
      align(type.alignment());
      return switch (type) {
        case Type.Basic basic -> basic(basic);
        case Type.Any _ -> nested(this::variant);
        case Type.Array(var element) -> nested(() -> array(element));
        case Type.Dict(var key, var value) -> nested(() -> dict(key, value));
        case Type.Struct(var fields) -> nested(() -> struct(fields));
      };
    } catch (BufferUnderflowException e) {
      throw BusException.malformed("a message that ends early");
    }
  }

  private interface Part {
    Object read();
  }

  private Object nested(Part part) {
    if (++depth > MAX_DEPTH) {
      throw BusException.malformed("values nested more than " + MAX_DEPTH + " deep");
    }
    Object value = part.read();
    depth--;
    return value;
  }

  private Object basic(Type.Basic type) {
    return switch (type) {
      case BYTE -> buffer.get();
      case BOOLEAN -> bool();
      case INT16 -> buffer.getShort();
      case UINT16 -> Short.toUnsignedInt(buffer.getShort());
      case INT32 -> buffer.getInt();
      case UINT32 -> Integer.toUnsignedLong(buffer.getInt());
      case INT64, UINT64 -> buffer.getLong();
      case DOUBLE -> buffer.getDouble();
      case STRING -> text(buffer.getInt());
      case OBJECT_PATH -> new ObjectPath(text(buffer.getInt()));
      case SIGNATURE -> signature();
      case FD -> fd(buffer.getInt());
    };
  }

  private boolean bool() {
    return switch (buffer.getInt()) {
      case 0 -> false;
      case 1 -> true;
      default -> throw BusException.malformed("a boolean that is neither 0 nor 1");
    };
  }

  private Signature signature() {
    return new Signature(text(Byte.toUnsignedInt(buffer.get())));
  }

  private String text(int length) {
    if (length < 0 || length >= buffer.remaining()) {
      throw BusException.malformed("text longer than its message");
    }
    ByteBuffer bytes = buffer.slice(buffer.position(), length);
    buffer.position(buffer.position() + length);
    if (buffer.get() != 0) {
      throw BusException.malformed("text that does not end in NUL");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      if (text.indexOf('\0') >= 0) {
        throw BusException.malformed("text with a NUL in it");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw BusException.malformed("text that is not UTF-8");
    }
  }

  private Fd fd(int index) {
    if (index < 0 || index >= fds.size()) {
      throw BusException.malformed("a file descriptor that did not come along");
    }
    return fds.get(index);
  }

  private Variant variant() {
    Signature signature = signature();
    return new Variant(signature, value(signature.single()));
  }

  private List<Object> struct(List<Type> fields) {
    List<Object> values = new ArrayList<>(fields.size());
    for (Type field : fields) {
      values.add(value(field));
    }
    return values;
  }

  private Object array(Type element) {
    int end = arrayEnd(element.alignment());
    if (element == Type.Basic.BYTE) {
      byte[] bytes = new byte[end - buffer.position()];
      buffer.get(bytes);
      return bytes;
    }
    List<Object> values = new ArrayList<>();
    while (buffer.position() < end) {
      values.add(value(element));
    }
    requireEnd(end);
    return values;
  }

  private Map<Object, Object> dict(Type.Basic key, Type value) {
    int end = arrayEnd(8);
    Map<Object, Object> values = new LinkedHashMap<>();
    while (buffer.position() < end) {
      align(8);
      Object name = value(key);
      values.put(name, value(value));
    }
    requireEnd(end);
    return values;
  }

  private int arrayEnd(int alignment) {
    int length = buffer.getInt();
    align(alignment);
    if (length < 0 || length > MAX_ARRAY || length > buffer.remaining()) {
      throw BusException.malformed("an array longer than its message");
    }
    return buffer.position() + length;
  }

  private void requireEnd(int end) {
    if (buffer.position() != end) {
      throw BusException.malformed("an array whose last value is cut off");
    }
  }

  private void align(int alignment) {
    while (buffer.position() % alignment != 0) {
      if (buffer.get() != 0) {
        throw BusException.malformed("padding that is not zero");
      }
    }
  }
}
