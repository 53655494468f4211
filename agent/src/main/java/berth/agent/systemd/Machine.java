package berth.agent.systemd;

import berth.protocol.ContainerName;
import java.time.Instant;
import java.util.List;

/**
 * A running container as machined knows it.
 *
 * @param leader the host's process id of its init
 * @param unit that runs it, such as {@code systemd-nspawn@web.service}
 * @param rootDirectory on the host; empty where it runs from an image file
 * @param since when it was registered
 * @param interfaces the indexes of the host's ends of its network interfaces
 */
public record Machine(
    ContainerName name,
    int leader,
    String unit,
    String rootDirectory,
    Instant since,
    List<Integer> interfaces) {
  public Machine {
    interfaces = List.copyOf(interfaces);
  }
}
