package berth.controller.model;

import berth.protocol.HostId;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that happened in the fleet.
 *
 * @param id the place in the log: a later event has a greater one
 * @param at when it happened, by the clock of who saw it
 * @param host where, unless it concerns the fleet
 * @param kind such as {@code container-started}, {@code host-offline}, {@code operation-finished}
 * @param body the rest, by kind
 */
public record FleetEvent(long id, Instant at, Optional<HostId> host, String kind, JsonNode body) {
  public FleetEvent {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(body, "body");
  }
}
