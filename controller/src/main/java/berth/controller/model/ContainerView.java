package berth.controller.model;

import berth.protocol.HostId;
import berth.protocol.state.ContainerState;
import java.util.Objects;

/** A container and the host it is on. */
public record ContainerView(HostId host, ContainerState container) {
  public ContainerView {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(container, "container");
  }
}
