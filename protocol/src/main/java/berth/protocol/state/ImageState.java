package berth.protocol.state;

import berth.protocol.ImageName;
import berth.protocol.PoolName;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * An image in a pool of a host.
 *
 * @param created when it was completed on this host
 * @param os the PRETTY_NAME of its os-release(5)
 * @param source what it was made from, for people
 */
public record ImageState(
    ImageName name, PoolName pool, Instant created, Optional<String> os, String source) {
  public ImageState {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(pool, "pool");
    Objects.requireNonNull(created, "created");
    Objects.requireNonNull(source, "source");
  }
}
