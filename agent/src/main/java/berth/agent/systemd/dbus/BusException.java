package berth.agent.systemd.dbus;

/**
 * A call over D-Bus failed. The name is the peer's, such as {@code
 * org.freedesktop.systemd1.NoSuchUnit}, or one of the standard names below where the failure is the
 * connection's.
 */
public final class BusException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String STANDARD = "org.freedesktop.DBus.Error.";

  /** There is no connection, or it was lost before the reply came. */
  public static final String DISCONNECTED = STANDARD + "Disconnected";

  /** The reply did not come within the call's time limit. */
  public static final String NO_REPLY = STANDARD + "NoReply";

  /** The peer broke the protocol, or answered with other types than it should. */
  public static final String MALFORMED = STANDARD + "InconsistentMessage";

  /** More was asked or sent than is allowed. */
  public static final String LIMITS_EXCEEDED = STANDARD + "LimitsExceeded";

  /** Nobody owns the name that was called. */
  public static final String NO_OWNER = STANDARD + "NameHasNoOwner";

  private final String name;

  public BusException(String name, String message) {
    super(name + ": " + message);
    this.name = name;
  }

  public BusException(String name, String message, Throwable cause) {
    super(name + ": " + message, cause);
    this.name = name;
  }

  static BusException malformed(String message) {
    return new BusException(MALFORMED, message);
  }

  /** The error's name. */
  public String name() {
    return name;
  }

  /** Whether this is the error of that name. */
  public boolean is(String other) {
    return name.equals(other);
  }

  /** The same failure, thrown anew by the thread that asked. */
  BusException again() {
    return new BusException(name, getMessage().substring(name.length() + 2), this);
  }
}
