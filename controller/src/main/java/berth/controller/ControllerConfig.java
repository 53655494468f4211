package berth.controller;

import berth.controller.fleet.EventJournal.Retention;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a controller is told by its file and its flags; {@code controller.conf} in the source tree
 * describes each key.
 *
 * @param data the folder of everything that it keeps
 * @param name among the controllers that share a broker
 * @param http where the API listens
 * @param broker how it reaches its agents
 * @param staleMetrics the age from which a host's metrics are no longer shown
 * @param events how much of the log of events is kept
 */
public record ControllerConfig(
    Path data,
    String name,
    List<SocketAddress> http,
    Broker broker,
    Duration staleMetrics,
    Retention events) {

  /** How a controller reaches its agents. */
  public sealed interface Broker {
    /** By a broker of its own inside its process, which listens here. */
    record Embedded(List<InetAddress> addresses, int port) implements Broker {
      public Embedded {
        addresses = List.copyOf(addresses);
      }
    }

    /** By a broker that runs elsewhere. */
    record External(String host, int port) implements Broker {}
  }

  private static final String NAME = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
  private static final int MQTT_PORT = 1883;

  public ControllerConfig {
    data = data.toAbsolutePath().normalize();
    http = List.copyOf(http);
    require(name.matches(NAME), "bad name \"" + name + "\": a-z, 0-9 and -, not at an end");
    require(!http.isEmpty(), "http: the API needs an address to listen on");
    require(staleMetrics.isPositive(), "metrics.stale must be positive");
  }

  /** Reads keys and values as they stand in the file; an unknown key is refused. */
  public static ControllerConfig of(Map<String, String> settings) {
    var keys = new Keys(settings);
    var config =
        new ControllerConfig(
            keys.get("data", "/var/lib/berth-controller", Path::of),
            keys.get("name", "main", Function.identity()),
            keys.get("http", "127.0.0.1:7070", ControllerConfig::socketAddresses),
            keys.has("broker")
                ? keys.get("broker", "", ControllerConfig::external)
                : keys.get("mqtt", "127.0.0.1:1883", ControllerConfig::embedded),
            keys.get("metrics.stale", "PT60S", Duration::parse),
            new Retention(
                keys.get("events.rows", "100000", Long::parseLong),
                keys.get("events.age", "P30D", Duration::parse)));
    keys.refuseOthers();
    return config;
  }

  private static List<SocketAddress> socketAddresses(String text) {
    return list(text).stream()
        .map(part -> SocketAddress.inetSocketAddress(part.port(), part.address()))
        .toList();
  }

  private static Broker embedded(String text) {
    var parts = list(text);
    var port = parts.getFirst().port();
    require(
        parts.stream().allMatch(part -> part.port() == port),
        "the broker listens on one port; all its addresses must have the same");
    return new Broker.Embedded(
        parts.stream().map(p -> InetAddress.ofLiteral(p.address())).toList(), port);
  }

  private static Broker external(String text) {
    var uri = URI.create(text);
    require(
        "mqtt".equals(uri.getScheme()) && uri.getHost() != null,
        "write mqtt://ADDRESS or mqtt://ADDRESS:PORT");
    return new Broker.External(uri.getHost(), uri.getPort() < 0 ? MQTT_PORT : uri.getPort());
  }

  private record Listen(String address, int port) {}

  private static List<Listen> list(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).map(ControllerConfig::listen).toList();
  }

  private static Listen listen(String text) {
    var colon = text.lastIndexOf(':');
    require(colon > 0, "bad address \"" + text + "\": write ADDRESS:PORT");
    var address = text.substring(0, colon).replaceAll("^\\[(.*)]$", "$1");
    var port = Integer.parseInt(text.substring(colon + 1));
    require(port >= 0 && port <= 65_535, "bad port " + port + ": 0 to 65535");
    return new Listen(address, port);
  }

  private static void require(boolean holds, String complaint) {
    if (!holds) {
      throw new IllegalArgumentException(complaint);
    }
  }

  /** Takes settings out of a map, so that what is left was unknown. */
  private static final class Keys {
    private final Map<String, String> left;

    Keys(Map<String, String> settings) {
      this.left = new HashMap<>(settings);
    }

    boolean has(String key) {
      return left.containsKey(key);
    }

    <T> T get(String key, String otherwise, Function<String, T> reader) {
      var given = left.remove(key);
      try {
        return reader.apply(given == null ? otherwise : given.strip());
      } catch (IllegalArgumentException | DateTimeParseException e) {
        throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
      }
    }

    void refuseOthers() {
      if (left.containsKey("mqtt")) {
        throw new IllegalArgumentException("give either mqtt or broker, not both");
      }
      if (!left.isEmpty()) {
        throw new IllegalArgumentException("unknown key: " + String.join(", ", left.keySet()));
      }
    }
  }
}
