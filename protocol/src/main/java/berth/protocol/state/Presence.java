package berth.protocol.state;

import berth.protocol.HostId;
import java.time.Instant;
import java.util.Objects;

/**
 * Whether a host's agent is connected: retained, and the will of the agent's connection.
 *
 * @param epoch of the agent's start
 * @param connection counts the connections of this epoch, so that the will of an older connection
 *     can't mark a newer one offline
 */
public record Presence(
    HostId host,
    Status status,
    String agentVersion,
    String bootId,
    long epoch,
    long connection,
    Instant at) {
  /** Connected or not. */
  public enum Status {
    ONLINE,
    OFFLINE
  }

  public Presence {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(agentVersion, "agentVersion");
    Objects.requireNonNull(bootId, "bootId");
    Objects.requireNonNull(at, "at");
  }

  /** Whether this tells of a later connection than another one, or the same. */
  public boolean notOlderThan(Presence other) {
    return epoch != other.epoch ? epoch > other.epoch : connection >= other.connection;
  }
}
