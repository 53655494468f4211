package berth.agent.systemd.dbus;

import berth.agent.linux.Fd;
import berth.agent.linux.SocketMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Writes values in D-Bus' wire format, little-endian. A value of the wrong Java type is refused.
 */
final class Encoder {
  private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
  private final List<Fd> fds = new ArrayList<>();

  /** The values of a signature, in its order. */
  Encoder all(Signature signature, List<?> values) {
    List<Type> types = signature.types();
    if (types.size() != values.size()) {
      throw new IllegalArgumentException(values.size() + " values for \"" + signature + "\"");
    }
    for (int i = 0; i < types.size(); i++) {
      value(types.get(i), values.get(i));
    }
    return this;
  }

  /** What was written so far. */
  byte[] bytes() {
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  int size() {
    return buffer.position();
  }

  /** The file descriptors that were named, in the order of their indexes; they are lent. */
  List<Fd> fds() {
    return fds;
  }

  void value(Type type, Object value) {
    align(type.alignment());
    switch (type) {
      case Type.Basic basic -> basic(basic, value);
      case Type.Any _ -> variant(as(Variant.class, value));
      case Type.Array(var element) -> array(element, value);
      case Type.Dict(var key, var content) -> dict(key, content, as(Map.class, value));
      case Type.Struct(var fields) -> struct(fields, as(List.class, value));
    }
  }

  void align(int alignment) {
    while (buffer.position() % alignment != 0) {
      room(1).put((byte) 0);
    }
  }

  private void basic(Type.Basic type, Object value) {
    switch (type) {
      case BYTE -> room(1).put(as(Byte.class, value));
      case BOOLEAN -> room(4).putInt(as(Boolean.class, value) ? 1 : 0);
      case INT16 -> room(2).putShort(as(Short.class, value));
      case UINT16 -> room(2).putShort((short) range(as(Integer.class, value), 0xffff));
      case INT32 -> room(4).putInt(as(Integer.class, value));
      case UINT32 -> room(4).putInt((int) range(as(Number.class, value).longValue(), 0xffff_ffffL));
      case INT64, UINT64 -> room(8).putLong(as(Long.class, value));
      case DOUBLE -> room(8).putDouble(as(Double.class, value));
      case STRING -> text(as(String.class, value));
      case OBJECT_PATH -> text(as(ObjectPath.class, value).value());
      case SIGNATURE -> signature(as(Signature.class, value));
      case FD -> fd(as(Fd.class, value));
    }
  }

  private void text(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("text with a NUL in it");
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    room(4).putInt(bytes.length);
    room(bytes.length + 1).put(bytes).put((byte) 0);
  }

  private void signature(Signature signature) {
    byte[] bytes = signature.toString().getBytes(StandardCharsets.US_ASCII);
    room(bytes.length + 2).put((byte) bytes.length).put(bytes).put((byte) 0);
  }

  private void fd(Fd fd) {
    if (fds.size() == SocketMessage.MAX_FDS) {
      throw new IllegalArgumentException("too many file descriptors in one message");
    }
    room(4).putInt(fds.size());
    fds.add(fd);
  }

  private void variant(Variant variant) {
    signature(variant.signature());
    value(variant.signature().single(), variant.value());
  }

  private void array(Type element, Object value) {
    if (element == Type.Basic.BYTE) {
      byte[] bytes = as(byte[].class, value);
      counted(1, () -> room(bytes.length).put(bytes));
      return;
    }
    List<?> values = as(List.class, value);
    counted(element.alignment(), () -> values.forEach(v -> value(element, v)));
  }

  private void dict(Type.Basic key, Type content, Map<?, ?> entries) {
    Runnable write =
        () ->
            entries.forEach((name, value) -> {
              align(8);
              value(key, name);
              value(content, value);
            });
    counted(8, write);
  }

  private void struct(List<Type> fields, List<?> values) {
    if (fields.size() != values.size()) {
      throw new IllegalArgumentException(
          values.size() + " values for " + fields.size() + " fields");
    }
    for (int i = 0; i < fields.size(); i++) {
      value(fields.get(i), values.get(i));
    }
  }

  /** Elements behind the number of their bytes, which does not count the padding before them. */
  private void counted(int alignment, Runnable elements) {
    int at = buffer.position();
    room(4).putInt(0);
    align(alignment);
    int start = buffer.position();
    elements.run();
    int length = buffer.position() - start;
    if (length > Decoder.MAX_ARRAY) {
      throw new IllegalArgumentException("an array of " + length + " bytes");
    }
    buffer.putInt(at, length);
  }

  private ByteBuffer room(int more) {
    if (buffer.remaining() < more) {
      int size = Math.max(buffer.capacity() * 2, buffer.position() + more);
      buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put(buffer.flip());
    }
    return buffer;
  }

  private static long range(long value, long max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(value + " is not between 0 and " + max);
    }
    return value;
  }

  private static <T> T as(Class<T> wanted, Object value) {
    if (!wanted.isInstance(value)) {
      throw new IllegalArgumentException(
          "not a " + wanted.getSimpleName() + ": " + (value == null ? null : value.getClass()));
    }
    return wanted.cast(value);
  }
}
