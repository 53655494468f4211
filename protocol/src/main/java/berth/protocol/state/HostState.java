package berth.protocol.state;

import berth.protocol.HostId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * A host whole: retained on its state topic, followed by numbered events.
 *
 * @param epoch counts the starts of the agent; a higher one supersedes a lower one
 * @param sequence the number of the newest event of this epoch that is already in it; 0 for none
 */
public record HostState(
    HostId host,
    long epoch,
    long sequence,
    Instant at,
    HostFacts facts,
    List<PoolState> pools,
    List<ImageState> images,
    List<ContainerState> containers) {
  public HostState {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(facts, "facts");
    pools = pools == null ? List.of() : List.copyOf(pools);
    images = images == null ? List.of() : List.copyOf(images);
    containers = containers == null ? List.of() : List.copyOf(containers);
  }
}
