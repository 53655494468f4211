package berth.agent.systemd.dbus;

import java.util.List;

/** A D-Bus type, and the Java type that its values have here. */
sealed interface Type {
  /** On how many bytes a value of this type begins. */
  int alignment();

  /** A type without parts. */
  enum Basic implements Type {
    /** A {@code Byte}, without a sign. */
    BYTE('y', 1),
    BOOLEAN('b', 4),
    INT16('n', 2),
    /** An {@code Integer} of 0 to 65535. */
    UINT16('q', 2),
    INT32('i', 4),
    /** A {@code Long} of 0 to 2^32-1. */
    UINT32('u', 4),
    INT64('x', 8),
    /** A {@code Long} whose bits are to be read without a sign. */
    UINT64('t', 8),
    DOUBLE('d', 8),
    STRING('s', 4),
    /** An {@link ObjectPath}. */
    OBJECT_PATH('o', 4),
    /** A {@link Signature}. */
    SIGNATURE('g', 1),
    /** A {@link berth.agent.linux.Fd}. */
    FD('h', 4);

    private final char code;
    private final int alignment;

    Basic(char code, int alignment) {
      this.code = code;
      this.alignment = alignment;
    }

    @Override
    public int alignment() {
      return alignment;
    }

    static Basic of(char code) {
      for (Basic basic : values()) {
        if (basic.code == code) {
          return basic;
        }
      }
      throw BusException.malformed("no type has the code " + (int) code);
    }
  }

  /** A {@link Variant}. */
  record Any() implements Type {
    @Override
    public int alignment() {
      return 1;
    }
  }

  /** A {@code List}, but {@code byte[]} of bytes. */
  record Array(Type element) implements Type {
    @Override
    public int alignment() {
      return 4;
    }
  }

  /** A {@code Map}, in the order sent. */
  record Dict(Basic key, Type value) implements Type {
    @Override
    public int alignment() {
      return 4;
    }
  }

  /** A {@code List} of the fields' values. */
  record Struct(List<Type> fields) implements Type {
    public Struct {
      fields = List.copyOf(fields);
    }

    @Override
    public int alignment() {
      return 8;
    }
  }
}
