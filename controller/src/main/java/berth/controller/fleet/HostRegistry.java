package berth.controller.fleet;

import berth.controller.model.ContainerView;
import berth.controller.model.HostView;
import berth.controller.model.ImageView;
import berth.controller.model.MetricsSample;
import berth.controller.model.PoolView;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import java.util.List;
import java.util.Optional;

/**
 * What may be asked about the fleet. Answers come from memory, on any thread, and are as the hosts
 * last told. Unknown names throw {@code NOT_FOUND}.
 */
public interface HostRegistry {

  /** Every host ever seen, by name. */
  List<HostView> hosts();

  /** One host; {@code NOT_FOUND} names the known ones. */
  HostView host(HostId host);

  /** The containers of one host or of all, by host and name. */
  List<ContainerView> containers(Optional<HostId> host);

  /** One container; {@code UNAVAILABLE} as long as its host has not told what is on it. */
  ContainerView container(ContainerRef container);

  /** The pools of one host or of all, by host and name. */
  List<PoolView> pools(Optional<HostId> host);

  /** The images of one host or of all, by host and name. */
  List<ImageView> images(Optional<HostId> host);

  /** The newest page of metrics that a host sent since the controller started. */
  Optional<MetricsSample> metrics(HostId host);
}
