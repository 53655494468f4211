package berth.agent.container;

import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.util.Optional;

/** The volumes of containers, as far as a specification says something of them. */
@FunctionalInterface
interface Volumes {
  /** Keeps a container's volume from growing past a size, or no longer. */
  void limit(ContainerName container, Optional<ByteSize> size) throws IOException;
}
