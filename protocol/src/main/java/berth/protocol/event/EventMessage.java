package berth.protocol.event;

import berth.protocol.HostId;
import java.time.Instant;
import java.util.Objects;

/**
 * An event on its way.
 *
 * @param epoch of the agent's start
 * @param sequence 1, 2, 3 ... within the epoch; a gap means that something was missed
 */
public record EventMessage(HostId host, long epoch, long sequence, Instant at, Event event) {
  public EventMessage {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(event, "event");
  }
}
