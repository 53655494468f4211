package berth.controller.model;

import berth.protocol.HostId;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.state.ContainerState;
import java.util.Map;
import java.util.Objects;

/** A container and the host it is on. */
public record ContainerView(HostId host, ContainerState container) {
  public ContainerView {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(container, "container");
  }

  /** The labels of its specification; none where it has no specification. */
  public Map<String, String> labels() {
    return container.spec().map(ContainerSpec::labels).orElse(Map.of());
  }
}
