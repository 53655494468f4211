package berth.protocol.spec;

import berth.protocol.Names;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.regex.Pattern;

/** How a container is on the network (systemd.nspawn(5), {@code [Network]}). */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Network.Veth.class, name = "veth"),
  @JsonSubTypes.Type(value = Network.Bridge.class, name = "bridge"),
  @JsonSubTypes.Type(value = Network.Zone.class, name = "zone"),
  @JsonSubTypes.Type(value = Network.Host.class, name = "host"),
  @JsonSubTypes.Type(value = Network.Macvlan.class, name = "macvlan"),
  @JsonSubTypes.Type(value = Network.None.class, name = "none")
})
public sealed interface Network {
  /** The ports of the host that lead into it; only a network with a link of its own has some. */
  default List<Port> ports() {
    return List.of();
  }

  /** A virtual cable of its own between host and container. */
  record Veth(List<Port> ports) implements Network {
    public Veth {
      ports = checked(ports);
    }
  }

  /**
   * A virtual cable into a bridge of the host's.
   *
   * @param name the bridge, which must be there when the container starts
   */
  record Bridge(String name, List<Port> ports) implements Network {
    public Bridge {
      Rules.networkInterface("bridge name", name);
      ports = checked(ports);
    }
  }

  /**
   * A virtual cable into a bridge that comes and goes with the containers of the zone.
   *
   * @param name the bridge is called vz-NAME
   */
  record Zone(String name, List<Port> ports) implements Network {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,12}");

    public Zone {
      Names.require("zone name", NAME, "1 to 12 of a-z, A-Z, 0-9, ., _ and -", name);
      ports = checked(ports);
    }
  }

  /** The host's own network. */
  record Host() implements Network {}

  /**
   * An address of its own on a network of the host's; it does not reach the host itself.
   *
   * @param parent the host's interface; inside it is mv-PARENT
   */
  record Macvlan(String parent) implements Network {
    public Macvlan {
      Rules.networkInterface("parent interface", parent);
    }
  }

  /** Loopback alone. */
  record None() implements Network {}

  private static List<Port> checked(List<Port> ports) {
    var all = Rules.list(ports);
    Rules.distinct(
        "host port", all.stream().map(port -> port.protocol() + ":" + port.host()).toList());
    return all;
  }
}
