package berth.controller.model;

import berth.protocol.HostId;
import berth.protocol.state.PoolState;
import java.util.Objects;

/**
 * A pool and the host it is on.
 *
 * @param containers whose volumes are in it
 */
public record PoolView(HostId host, PoolState pool, int containers, int images) {
  public PoolView {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(pool, "pool");
  }
}
