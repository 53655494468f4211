package berth.protocol.state;

import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.spec.ContainerSpec;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A container as its host sees it.
 *
 * @param leader the process id of its init on the host, while it runs
 * @param addresses its IP addresses, while it runs and they are known
 * @param image what it was made from, where Berth made it
 * @param pool the pool that holds its volume, where one of Berth's pools does
 * @param volume the path of its root on the host
 * @param since when it came into its status, where that is known
 * @param unit the systemd unit that runs it
 * @param os the PRETTY_NAME of its os-release(5)
 * @param managed whether Berth made it
 * @param reason why it failed, in a line
 * @param spec what it shall be, where it is managed
 * @param drift which of its files were changed by hand, and in what
 * @param warnings what of its specification does not hold, or not yet, in a line each
 */
public record ContainerState(
    ContainerName name,
    Status status,
    Optional<Long> leader,
    List<String> addresses,
    Optional<ImageName> image,
    Optional<PoolName> pool,
    String volume,
    Limits limits,
    Optional<Instant> since,
    String unit,
    Optional<String> os,
    boolean managed,
    Optional<String> reason,
    Optional<ContainerSpec> spec,
    List<Drift> drift,
    List<String> warnings) {

  /** Where a container is in its life. */
  public enum Status {
    STOPPED,
    /** Its unit is starting; it is not registered yet. */
    STARTING,
    /** Its init runs but has not told that it finished booting. */
    RUNNING,
    /** Its init has told that it finished booting. */
    READY,
    STOPPING,
    /** Its unit ended in failure; {@code reason} tells. */
    FAILED,
    /** Its processes are kept from running, and go on where they were when it is resumed. */
    PAUSED;

    /** Whether it has a running init. */
    public boolean running() {
      return this == RUNNING || this == READY;
    }

    /** Whether it has an init, running or paused. */
    public boolean alive() {
      return running() || this == PAUSED;
    }

    /** Whether it is down, in whatever way. */
    public boolean down() {
      return this == STOPPED || this == FAILED;
    }
  }

  /**
   * What its unit may use (systemd.resource-control(5)); empty is no limit.
   *
   * @param memoryMax {@code MemoryMax=}
   * @param cpus {@code CPUQuota=} in processors: 1.5 is 150%
   * @param tasksMax {@code TasksMax=}
   */
  public record Limits(
      Optional<ByteSize> memoryMax, Optional<Double> cpus, Optional<Long> tasksMax) {
    /** No limit at all. */
    public static final Limits NONE =
        new Limits(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * A file of Berth's that somebody changed by hand.
   *
   * @param file its path on the host
   * @param keys the settings that differ, such as {@code Exec.Boot}; none where only comments do
   */
  public record Drift(String file, List<String> keys) {
    public Drift {
      Objects.requireNonNull(file, "file");
      keys = keys == null ? List.of() : List.copyOf(keys);
    }
  }

  public ContainerState {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(volume, "volume");
    Objects.requireNonNull(unit, "unit");
    addresses = addresses == null ? List.of() : List.copyOf(addresses);
    limits = limits == null ? Limits.NONE : limits;
    drift = drift == null ? List.of() : List.copyOf(drift);
    warnings = warnings == null ? List.of() : List.copyOf(warnings);
  }

  /** One of which nothing is known that it should be. */
  public ContainerState(
      ContainerName name,
      Status status,
      Optional<Long> leader,
      List<String> addresses,
      Optional<ImageName> image,
      Optional<PoolName> pool,
      String volume,
      Limits limits,
      Optional<Instant> since,
      String unit,
      Optional<String> os,
      boolean managed,
      Optional<String> reason) {
    this(
        name,
        status,
        leader,
        addresses,
        image,
        pool,
        volume,
        limits,
        since,
        unit,
        os,
        managed,
        reason,
        Optional.empty(),
        List.of(),
        List.of());
  }
}
