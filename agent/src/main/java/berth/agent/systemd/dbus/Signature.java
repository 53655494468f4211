package berth.agent.systemd.dbus;

import java.util.ArrayList;
import java.util.List;

/**
 * The types of a message's values in D-Bus' notation, such as {@code sa(sv)}; valid as the
 * specification's "Valid Signatures" wants it: at most 255 characters, 32 arrays and 32 structures
 * deep.
 */
public final class Signature {
  private static final int MAX_LENGTH = 255;
  private static final int MAX_DEPTH = 32;

  /** That of a message without values. */
  public static final Signature EMPTY = new Signature("");

  private final String text;
  private final List<Type> types;
  private int at;

  public Signature(String text) {
    this.text = text;
    if (text.length() > MAX_LENGTH) {
      throw BusException.malformed("a signature of " + text.length() + " characters");
    }
    List<Type> all = new ArrayList<>();
    while (at < text.length()) {
      all.add(next(0, 0));
    }
    this.types = List.copyOf(all);
  }

  List<Type> types() {
    return types;
  }

  /** The one type of a variant. */
  Type single() {
    if (types.size() != 1) {
      throw BusException.malformed("not a single type: \"" + text + "\"");
    }
    return types.getFirst();
  }

  private Type next(int arrays, int structs) {
    if (arrays > MAX_DEPTH || structs > MAX_DEPTH) {
      throw BusException.malformed("a signature is nested too deep");
    }
    char code = take();
    return switch (code) {
      case 'v' -> new Type.Any();
      case 'a' -> peek() == '{' ? dict(arrays + 1, structs + 1) : array(arrays + 1, structs);
      case '(' -> struct(arrays, structs + 1);
      default -> Type.Basic.of(code);
    };
  }

  private Type array(int arrays, int structs) {
    return new Type.Array(next(arrays, structs));
  }

  private Type struct(int arrays, int structs) {
    List<Type> fields = new ArrayList<>();
    while (peek() != ')') {
      fields.add(next(arrays, structs));
    }
    take();
    if (fields.isEmpty()) {
      throw BusException.malformed("an empty structure in \"" + text + "\"");
    }
    return new Type.Struct(fields);
  }

  private Type dict(int arrays, int structs) {
    take();
    Type.Basic key = Type.Basic.of(take());
    Type value = next(arrays, structs);
    if (take() != '}') {
      throw BusException.malformed("a dictionary of more than two types in \"" + text + "\"");
    }
    return new Type.Dict(key, value);
  }

  private char peek() {
    if (at >= text.length()) {
      throw BusException.malformed("a signature that ends early");
    }
    return text.charAt(at);
  }

  private char take() {
    char code = peek();
    at++;
    return code;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Signature that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
