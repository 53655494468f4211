package berth.controller.model;

import berth.protocol.HostId;
import berth.protocol.state.HostFacts;
import berth.protocol.state.PoolState;
import berth.protocol.state.Presence;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A host as the controller knows it.
 *
 * @param since when it came into its status, where that was seen
 * @param agentVersion of the agent that was connected last; empty where none ever told
 * @param facts empty until its agent has published its state
 * @param containers how many there are
 * @param running how many of them have a running init
 * @param images how many images it has
 */
public record HostView(
    HostId host,
    Presence.Status status,
    Optional<Instant> since,
    String agentVersion,
    Optional<HostFacts> facts,
    List<PoolState> pools,
    int containers,
    int running,
    int images) {
  public HostView {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(agentVersion, "agentVersion");
    pools = pools == null ? List.of() : List.copyOf(pools);
  }
}
