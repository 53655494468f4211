package berth.controller.lab.machine;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A private IPv4 network of 254 addresses, the first of which is the machine's.
 *
 * @param prefix its first three numbers, such as {@code 10.90.3}
 */
public record Subnet(@JsonValue String prefix) {
  private static final Pattern PREFIX = Pattern.compile("10\\.[0-9]{1,3}\\.[0-9]{1,3}");
  private static final Pattern NETWORK = Pattern.compile("([0-9]+(?:\\.[0-9]+){3})(?:/([0-9]+))?");
  private static final int FIRST = 64;
  private static final int SECONDS = 64;

  /** The most hosts that one subnet has room for. */
  public static final int MOST_HOSTS = 200;

  public Subnet {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException("bad subnet: " + prefix);
    }
  }

  /** Reads a subnet as it stands in a record of the lab. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Subnet of(String prefix) {
    return new Subnet(prefix);
  }

  /** A subnet that no address and no route of this machine touches; the same lab tries the same. */
  public static Subnet free(int seed) {
    return free(seed, taken(Ip.json("-4", "addr"), Ip.json("-4", "route", "show", "table", "all")));
  }

  static Subnet free(int seed, List<String> taken) {
    for (var i = 0; i < SECONDS * 256; i++) {
      var number = Math.floorMod(seed + i, SECONDS * 256);
      var subnet = new Subnet("10." + (FIRST + number / 256) + "." + number % 256);
      if (taken.stream().noneMatch(subnet::overlaps)) {
        return subnet;
      }
    }
    throw new BerthException(
        ProblemCode.CONFLICT, "every subnet of 10.64.0.0/10 is in use on this machine");
  }

  /**
   * The machine's own address in it: the gateway of the hosts, and where the controller listens.
   */
  public String gateway() {
    return prefix + ".1";
  }

  /** The address of a host by its number, from one. */
  public String host(int number) {
    return prefix + "." + (10 + number);
  }

  /** The whole network, as a route spells it. */
  public String cidr() {
    return prefix + ".0/24";
  }

  /** Whether a network written with or without a prefix length shares an address with this one. */
  boolean overlaps(String network) {
    var matcher = NETWORK.matcher(network);
    if (!matcher.matches()) {
      return false;
    }
    var length = matcher.group(2) == null ? 32 : Integer.parseInt(matcher.group(2));
    var shift = 32 - Math.min(length, 24);
    return number(matcher.group(1)) >>> shift == number(prefix + ".0") >>> shift;
  }

  static List<String> taken(JsonNode addresses, JsonNode routes) {
    var taken = new ArrayList<String>();
    for (var link : addresses) {
      for (var address : link.path("addr_info")) {
        taken.add(address.path("local").asText() + "/" + address.path("prefixlen").asInt());
      }
    }
    routes.forEach(route -> taken.add(route.path("dst").asText()));
    return taken;
  }

  private static long number(String address) {
    var number = 0L;
    for (var part : address.split("\\.", -1)) {
      number = number * 256 + Long.parseLong(part);
    }
    return number;
  }
}
