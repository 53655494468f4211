package berth.agent.report;

import berth.protocol.ByteSize;
import berth.protocol.state.HostFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Reads what this host is from its kernel and its os-release(5). */
public final class HostFactsSource implements Supplier<HostFacts> {
  private static final int KIB = 1024;

  private final Path root;
  private final String agentVersion;
  private final Supplier<String> systemdVersion;

  /**
   * The facts of a host.
   *
   * @param root where its file system is, {@code /} but for tests
   */
  public HostFactsSource(Path root, String agentVersion, Supplier<String> systemdVersion) {
    this.root = root;
    this.agentVersion = agentVersion;
    this.systemdVersion = systemdVersion;
  }

  @Override
  public HostFacts get() {
    var os = osRelease();
    return new HostFacts(
        os.getOrDefault("PRETTY_NAME", "Linux"),
        os.getOrDefault("ID", "linux"),
        read("proc/sys/kernel/osrelease").strip(),
        architecture(),
        systemdVersion.get(),
        agentVersion,
        Runtime.getRuntime().availableProcessors(),
        memory(),
        bootId(),
        bootedAt(),
        addresses());
  }

  /** /proc/sys/kernel/random/boot_id. */
  public String bootId() {
    return read("proc/sys/kernel/random/boot_id").strip();
  }

  private Map<String, String> osRelease() {
    var usual = root.resolve("etc/os-release");
    var text = read(Files.exists(usual) ? "etc/os-release" : "usr/lib/os-release");
    var fields = new HashMap<String, String>();
    for (var line : text.lines().toList()) {
      var equals = line.indexOf('=');
      if (equals > 0 && !line.startsWith("#")) {
        fields.put(line.substring(0, equals), unquoted(line.substring(equals + 1).strip()));
      }
    }
    return fields;
  }

  private static String unquoted(String value) {
    var quoted =
        value.length() > 1
            && (value.startsWith("\"") || value.startsWith("'"))
            && value.charAt(0) == value.charAt(value.length() - 1);
    return quoted ? value.substring(1, value.length() - 1) : value;
  }

  /** As uname(2) calls it: the JVM has a name of its own for the most usual one. */
  private static String architecture() {
    var name = System.getProperty("os.arch");
    return name.equals("amd64") ? "x86_64" : name;
  }

  private ByteSize memory() {
    var total =
        read("proc/meminfo")
            .lines()
            .filter(line -> line.startsWith("MemTotal:"))
            .findFirst()
            .orElse("0");
    return new ByteSize(KIB * Long.parseLong(total.replaceAll("[^0-9]", "")));
  }

  private Instant bootedAt() {
    return read("proc/stat")
        .lines()
        .filter(line -> line.startsWith("btime "))
        .map(line -> Instant.ofEpochSecond(Long.parseLong(line.substring("btime ".length()))))
        .findFirst()
        .orElse(Instant.EPOCH);
  }

  private static List<String> addresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .map(InetAddress::getHostAddress)
          .map(address -> address.replaceFirst("%.*", ""))
          .sorted()
          .toList();
    } catch (SocketException e) {
      return List.of();
    }
  }

  private String read(String path) {
    try {
      return Files.readString(root.resolve(path));
    } catch (IOException e) {
      throw new UncheckedIOException("can't tell what this host is", e);
    }
  }
}
