package berth.controller.broker;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the embedded broker listens and keeps its data.
 *
 * @param addresses local addresses to listen on, each on the same port
 * @param dataFolder for the broker alone; made where it is absent
 */
public record BrokerOptions(List<InetAddress> addresses, int port, Path dataFolder) {

  public BrokerOptions {
    addresses = List.copyOf(addresses);
    dataFolder = dataFolder.toAbsolutePath();
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("the broker needs an address to listen on");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("bad port: " + port);
    }
  }
}
