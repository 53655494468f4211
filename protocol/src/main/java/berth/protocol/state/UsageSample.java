package berth.protocol.state;

import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What the running containers of a host used over the moment before it was taken. */
public record UsageSample(Instant at, List<ContainerUsage> containers) {

  /**
   * What one container used; absent where the kernel does not count it, or not for that long yet.
   *
   * @param cpus processors that were busy for it: 1.5 is 150%
   * @param memory that it uses, with its part of the page cache
   * @param tasks processes and threads
   * @param read bytes a second from block devices
   * @param written bytes a second to block devices
   * @param received bytes a second from its own network
   * @param sent bytes a second into its own network
   */
  public record ContainerUsage(
      ContainerName name,
      Optional<Double> cpus,
      Optional<ByteSize> memory,
      Optional<Long> tasks,
      Optional<ByteSize> read,
      Optional<ByteSize> written,
      Optional<ByteSize> received,
      Optional<ByteSize> sent) {
    public ContainerUsage {
      Objects.requireNonNull(name, "name");
    }
  }

  public UsageSample {
    Objects.requireNonNull(at, "at");
    containers = containers == null ? List.of() : List.copyOf(containers);
  }
}
