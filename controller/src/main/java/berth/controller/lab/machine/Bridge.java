package berth.controller.lab.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The lab's own network: a bridge with the machine's address, a network namespace with a cable to
 * it for each host, and one nftables table that lets hosts out by masquerading and nobody in.
 *
 * @param name the bridge's name, and how all other interfaces of the lab begin
 * @param cable how the machine's ends of the cables begin
 * @param namespace how the network namespaces begin
 * @param table the nftables table
 * @param subnet the addresses
 */
public record Bridge(String name, String cable, String namespace, String table, Subnet subnet) {
  private static final Path NAMESPACES = Path.of("/run/netns");

  /** Where a host's network namespace can be entered. */
  public Path namespacePath(String host) {
    return NAMESPACES.resolve(namespace + host);
  }

  /** Brings up the bridge and the rules; what is there already stays or is replaced by its like. */
  public void up() {
    if (!Ip.exists(name)) {
      Processes.run("ip", "link", "add", name, "mtu", Ip.mtu(), "type", "bridge");
    }
    Processes.run("ip", "addr", "replace", subnet.gateway() + "/24", "dev", name);
    Processes.run("ip", "link", "set", name, "up");
    Processes.feed(rules(), "nft", "-f", "-");
  }

  /** Makes a host's namespace and cable anew. */
  public void attach(String host, int number) {
    detach(host, number);
    var inside = namespace + host;
    var outside = cable + number;
    Processes.run("ip", "netns", "add", inside);
    Processes.run(
        "ip", "link", "add", outside, "mtu", Ip.mtu(), "type", "veth", "peer", "name", "eth0",
        "mtu", Ip.mtu(), "netns", inside);
    Processes.run("ip", "link", "set", outside, "master", name, "up");
    Processes.run("ip", "-n", inside, "link", "set", "lo", "up");
    Processes.run("ip", "-n", inside, "addr", "add", subnet.host(number) + "/24", "dev", "eth0");
    Processes.run("ip", "-n", inside, "link", "set", "eth0", "up");
    Processes.run("ip", "-n", inside, "route", "add", "default", "via", subnet.gateway());
  }

  /** Takes a host's namespace and cable away, as far as they are there. */
  public void detach(String host, int number) {
    if (Ip.exists(cable + number)) {
      Processes.run("ip", "link", "del", cable + number);
    }
    removeNamespace(namespacePath(host));
  }

  /** Cuts a host off, as pulling its cable would, or connects it again. */
  public void connect(int number, boolean connected) {
    Processes.run("ip", "link", "set", cable + number, connected ? "up" : "down");
  }

  /** Whether a host's cable is plugged in. */
  public boolean connected(int number) {
    return Processes.tryRun("ip", "link", "show", "up", "dev", cable + number)
        .out()
        .contains(cable);
  }

  /** Takes everything of that name away, also what no record tells of. */
  public void down() {
    Ip.links().stream()
        .filter(link -> link.startsWith(name))
        .forEach(link -> Processes.tryRun("ip", "link", "del", link));
    namespaces().forEach(Bridge::removeNamespace);
    Processes.tryRun("nft", "delete", "table", "ip", table);
  }

  private List<Path> namespaces() {
    if (!Files.isDirectory(NAMESPACES)) {
      return List.of();
    }
    try (var all = Files.list(NAMESPACES)) {
      return all.filter(path -> path.getFileName().toString().startsWith(namespace)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeNamespace(Path path) {
    if (Files.exists(path)) {
      Processes.run("ip", "netns", "del", path.getFileName().toString());
    }
  }

  String rules() {
    return """
    table ip %1$s
    delete table ip %1$s
    table ip %1$s {
      chain out {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr %2$s oifname != "%3$s" masquerade
      }
      chain through {
        type filter hook forward priority filter; policy accept;
        ip daddr %2$s iifname != "%3$s" ct state new drop
      }
      chain in {
        type filter hook input priority filter; policy accept;
        ip daddr %4$s iifname != { "lo", "%3$s" } drop
      }
    }
    """
        .formatted(table, subnet.cidr(), name, subnet.gateway());
  }
}
