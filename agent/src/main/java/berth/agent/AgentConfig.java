package berth.agent;

import berth.agent.storage.PoolPlace;
import berth.protocol.HostId;
import berth.protocol.PoolName;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What the agent is told by its one file, {@code /etc/berth/agent.conf}. The sample beside the
 * systemd unit documents every key.
 *
 * @param controller what locations that are only a path are beneath
 * @param pools where this host's pools are
 * @param state the folder of the journal
 * @param http where {@code /metrics} and {@code /healthz} are served
 * @param heartbeat how often the broker is asked for a sign of life
 * @param metricsInterval between two samples to the controller
 */
public record AgentConfig(
    HostId host,
    Address broker,
    URI controller,
    SortedMap<PoolName, PoolPlace> pools,
    Path state,
    Address http,
    Duration heartbeat,
    Duration metricsInterval) {
  private static final String POOL = "pool.";
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST_HEARTBEAT = Duration.ofSeconds(25);
  private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);

  /** An IP address or a name, and a port; 0 for any free one. */
  public record Address(String host, int port) {
    public Address {
      if (host.isBlank() || port < 0 || port > 65_535) {
        throw new IllegalArgumentException("bad address " + host + ":" + port);
      }
    }

    static Address parse(String text) {
      return of(URI.create("any://" + text), text);
    }

    static Address of(URI uri, String text) {
      if (uri.getHost() == null || uri.getPort() < 0) {
        throw new IllegalArgumentException(text + ": write ADDRESS:PORT");
      }
      return new Address(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort());
    }
  }

  public AgentConfig {
    pools = new TreeMap<>(pools);
    if (pools.isEmpty()) {
      throw new IllegalArgumentException("a host needs a pool");
    }
    pools.forEach((name, place) -> requireAbsolute(POOL + name, place.folder()));
    requireApart(pools);
    requireAbsolute("state", state);
    requireBetween("heartbeat", heartbeat, SHORTEST, LONGEST_HEARTBEAT);
    requireBetween("metrics.interval", metricsInterval, SHORTEST, LONGEST_INTERVAL);
  }

  /**
   * Reads the file. Whatever is wrong with it is an IllegalArgumentException that names the key.
   */
  public static AgentConfig read(Path file) throws IOException {
    var properties = new StrictProperties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return of(properties);
  }

  static AgentConfig of(Properties given) {
    var keys = new Keys(given);
    var config =
        new AgentConfig(
            keys.required("host", HostId::new),
            keys.required("broker", AgentConfig::broker),
            keys.required("controller", AgentConfig::controller),
            keys.pools(),
            keys.optional("state", Path::of, Path.of("/var/lib/berth")),
            keys.optional("http", Address::parse, new Address("127.0.0.1", 9464)),
            keys.optional("heartbeat", AgentConfig::duration, Duration.ofSeconds(10)),
            keys.optional("metrics.interval", AgentConfig::duration, Duration.ofSeconds(15)));
    keys.refuseOthers();
    return config;
  }

  private static Address broker(String text) {
    var uri = URI.create(text);
    if (!"mqtt".equals(uri.getScheme())) {
      throw new IllegalArgumentException(text + ": write mqtt://ADDRESS:PORT");
    }
    return Address.of(uri, text);
  }

  private static URI controller(String text) {
    var uri = URI.create(text);
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
      throw new IllegalArgumentException(text + ": write http://ADDRESS:PORT");
    }
    return uri;
  }

  private static Duration duration(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(text + ": write a duration such as PT15S", e);
    }
  }

  private static void requireAbsolute(String key, Path path) {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(key + " = " + path + ": must be an absolute path");
    }
  }

  /** What one pool mounts must not look like a volume of another one. */
  private static void requireApart(Map<PoolName, PoolPlace> pools) {
    pools.forEach((name, place) -> {
      if (place instanceof PoolPlace.Thin thin) {
        pools.forEach((other, there) -> {
          if (!other.equals(name) && thin.meets(there)) {
            throw new IllegalArgumentException(
                POOL
                    + name
                    + " and "
                    + POOL
                    + other
                    + " can't be in the same place: write"
                    + " lvm:GROUP/POOL FOLDER with others");
          }
        });
      }
    });
  }

  private static void requireBetween(
      String key, Duration value, Duration shortest, Duration longest) {
    if (value.compareTo(shortest) < 0 || value.compareTo(longest) > 0) {
      throw new IllegalArgumentException(
          key + " = " + value + ": must be between " + shortest + " and " + longest);
    }
  }

  /** The keys that were given, taken one by one until none is left. */
  private static final class Keys {
    private final Map<String, String> left = new TreeMap<>();

    Keys(Properties given) {
      given.stringPropertyNames().forEach(key -> left.put(key, given.getProperty(key).strip()));
    }

    <T> T required(String key, Function<String, T> read) {
      if (!left.containsKey(key)) {
        throw new IllegalArgumentException(key + " is missing");
      }
      return optional(key, read, null);
    }

    <T> T optional(String key, Function<String, T> read, T otherwise) {
      var text = left.remove(key);
      try {
        return text == null ? otherwise : read.apply(text);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
      }
    }

    SortedMap<PoolName, PoolPlace> pools() {
      var pools = new TreeMap<PoolName, PoolPlace>();
      for (var key : left.keySet().stream().filter(key -> key.startsWith(POOL)).toList()) {
        pools.put(
            new PoolName(key.substring(POOL.length())), optional(key, PoolPlace::parse, null));
      }
      if (pools.isEmpty()) {
        pools.put(new PoolName("default"), new PoolPlace.Folder(PoolPlace.MACHINES));
      }
      return pools;
    }

    void refuseOthers() {
      if (!left.isEmpty()) {
        throw new IllegalArgumentException("unknown key " + String.join(", ", left.keySet()));
      }
    }
  }

  /** A key that stands there twice is a mistake, not a choice of the last one. */
  private static final class StrictProperties extends Properties {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Object put(Object key, Object value) {
      if (containsKey(key)) {
        throw new IllegalArgumentException(key + " is there twice");
      }
      return super.put(key, value);
    }
  }
}
