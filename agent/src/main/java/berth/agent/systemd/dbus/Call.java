package berth.agent.systemd.dbus;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * One method call.
 *
 * @param destination the peer's name on the bus
 * @param path of the object
 * @param on the interface that has the method
 * @param signature of the arguments
 * @param limit how long the reply may take
 * @param wantsFds whether the reply's file descriptors are wanted; they are closed otherwise
 */
public record Call(
    String destination,
    ObjectPath path,
    String on,
    String member,
    Signature signature,
    List<Object> arguments,
    Duration limit,
    boolean wantsFds) {
  /** How long a reply may take where nothing else is said. */
  public static final Duration LIMIT = Duration.ofSeconds(25);

  public Call {
    Objects.requireNonNull(destination, "destination");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(on, "on");
    Objects.requireNonNull(member, "member");
    arguments = List.copyOf(arguments);
  }

  /** A call without arguments. */
  public static Call of(String destination, ObjectPath path, String on, String member) {
    return new Call(destination, path, on, member, Signature.EMPTY, List.of(), LIMIT, false);
  }

  /** The same call with these arguments. */
  public Call with(String types, Object... values) {
    return new Call(
        destination, path, on, member, new Signature(types), List.of(values), limit, wantsFds);
  }

  /** The same call with another time limit. */
  public Call within(Duration other) {
    return new Call(destination, path, on, member, signature, arguments, other, wantsFds);
  }

  /** The same call, whose reply's file descriptors the caller takes over. */
  public Call wantingFds() {
    return new Call(destination, path, on, member, signature, arguments, limit, true);
  }

  @Override
  public String toString() {
    return on + "." + member + " on " + path;
  }
}
