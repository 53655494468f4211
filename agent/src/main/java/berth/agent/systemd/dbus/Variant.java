package berth.agent.systemd.dbus;

import java.util.List;
import java.util.Objects;

/** A value that carries its type along. */
public record Variant(Signature signature, Object value) {
  public Variant {
    Objects.requireNonNull(signature, "signature");
    Objects.requireNonNull(value, "value");
  }

  /** A value of the type that the signature names; the value is checked when it is sent. */
  public static Variant of(String signature, Object value) {
    return new Variant(new Signature(signature), value);
  }

  public static Variant of(String value) {
    return of("s", value);
  }

  public static Variant of(boolean value) {
    return of("b", value);
  }

  /** A number of 64 bits without a sign, as systemd has its sizes and times. */
  public static Variant of(long value) {
    return of("t", value);
  }

  public static Variant of(List<String> values) {
    return of("as", values);
  }
}
