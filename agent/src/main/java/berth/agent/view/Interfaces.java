package berth.agent.view;

import berth.agent.process.HostCommand;
import berth.agent.process.Processes;
import berth.protocol.Wire;
import berth.protocol.state.Inspection.NetworkInterface;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The network interfaces of a container, asked of the kernel by the host's own ip(8) in there. */
final class Interfaces {
  private static final int MOST = 100;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Processes processes;

  Interfaces(Processes processes) {
    this.processes = processes;
  }

  /** Throws {@link berth.agent.process.ProcessFailed} where ip can't tell. */
  List<NetworkInterface> of(ProcFolder leader) {
    var own = "/proc/" + ProcessHandle.current().pid();
    var network = leader.path("ns/net").toString().replaceFirst("^/proc/self", own);
    var ip = HostCommand.of("nsenter", "--net=" + network, "--", "ip", "-json", "address", "show");
    return read(processes.run(ip.within(LIMIT)).stdout());
  }

  static List<NetworkInterface> read(String json) {
    try {
      return stream(Wire.json().readTree(json)).limit(MOST).map(Interfaces::read).toList();
    } catch (JsonProcessingException _) {
      return List.of();
    }
  }

  private static NetworkInterface read(JsonNode one) {
    return new NetworkInterface(
        one.path("ifname").asText("?"),
        stream(one.path("flags")).anyMatch(flag -> flag.asText().equals("UP")),
        stream(one.path("addr_info"))
            .limit(MOST)
            .map(
                address -> address.path("local").asText() + "/" + address.path("prefixlen").asInt())
            .toList());
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
