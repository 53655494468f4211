package berth.agent.systemd.dbus;

import berth.agent.linux.Fd;
import berth.agent.linux.RootedPath;
import berth.agent.linux.ThreadIdentity;
import berth.agent.linux.UnixSocket;
import java.io.IOException;
import java.time.Duration;

/**
 * Where a bus is, who we are there, and how much it may send at once.
 *
 * @param maxMessage the most bytes of one message, at most the specification's 128 MiB
 * @param givesFds whether file descriptors may come from there: to close one can take as long as
 *     who made it wants (socket(7), {@code SO_LINGER})
 */
public record BusAddress(Endpoint endpoint, int maxMessage, boolean givesFds) {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final String SYSTEM_SOCKET = "/run/dbus/system_bus_socket";
  private static final int SPECIFIED_MAXIMUM = 128 << 20;
  private static final int OF_A_HOST = 16 << 20;
  private static final int OF_A_CONTAINER = 1 << 20;

  /** Makes the connection and authenticates. */
  interface Endpoint {
    UnixSocket open() throws IOException;
  }

  public BusAddress {
    if (maxMessage < 1024 || maxMessage > SPECIFIED_MAXIMUM) {
      throw new IllegalArgumentException("bad message limit " + maxMessage);
    }
  }

  /** The system bus of this host, as who we are. */
  public static BusAddress system() {
    return at(SYSTEM_SOCKET, OF_A_HOST);
  }

  /** The bus behind a socket's path, as who we are. */
  public static BusAddress at(String path, int maxMessage) {
    return at(path, maxMessage, LIMIT);
  }

  static BusAddress at(String path, int maxMessage, Duration limit) {
    return new BusAddress(
        () ->
            ThreadIdentity.onThreadOfItsOwn(() ->
                authenticated(UnixSocket.connect(path, limit), ThreadIdentity.current(), limit)),
        maxMessage,
        true);
  }

  /** The same, where no file descriptor may come from. */
  BusAddress withoutFds() {
    return new BusAddress(endpoint, maxMessage, false);
  }

  /**
   * The system bus inside a container, as the container's root.
   *
   * @param root the container's root directory; lent until the connection is made
   * @param uidShift the host's number for the container's user 0
   */
  public static BusAddress inContainer(Fd root, long uidShift) {
    return new BusAddress(() -> connectIn(root, uidShift), OF_A_CONTAINER, false);
  }

  private static UnixSocket connectIn(Fd root, long uidShift) throws IOException {
    try (Fd place = RootedPath.open(root, SYSTEM_SOCKET)) {
      String path = "/proc/self/fd/" + place.number();
      UnixSocket socket = ThreadIdentity.as(uidShift, () -> UnixSocket.connect(path, LIMIT));
      return ThreadIdentity.onThreadOfItsOwn(() -> authenticated(socket, 0, LIMIT));
    }
  }

  private static UnixSocket authenticated(UnixSocket socket, long uid, Duration limit)
      throws IOException {
    try {
      new Authentication(socket, limit).as(uid);
      socket.fd().nonBlocking();
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }
}
