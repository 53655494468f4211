package berth.controller.fleet;

import berth.protocol.event.Event.ContainerEvent;
import berth.protocol.event.Event.ContainerRemoved;
import berth.protocol.event.Event.ImageAdded;
import berth.protocol.event.Event.ImageRemoved;
import berth.protocol.event.Event.JournalLost;
import berth.protocol.event.Event.PoolEvent;
import berth.protocol.event.EventMessage;
import berth.protocol.state.HostState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What an event makes of the state before it. */
final class NextState {
  private NextState() {}

  static HostState after(HostState known, EventMessage next) {
    var pools = new ArrayList<>(known.pools());
    var images = new ArrayList<>(known.images());
    var containers = new ArrayList<>(known.containers());
    switch (next.event()) {
      case ContainerEvent told ->
          put(containers, told.container(), c -> c.name().equals(told.container().name()));
      case ContainerRemoved(var name) -> containers.removeIf(c -> c.name().equals(name));
      case ImageAdded(var image) ->
          put(images, image, i -> i.name().equals(image.name()) && i.pool().equals(image.pool()));
      case ImageRemoved(var name, var pool) ->
          images.removeIf(i -> i.name().equals(name) && i.pool().equals(pool));
      case PoolEvent told -> put(pools, told.pool(), p -> p.name().equals(told.pool().name()));
      case JournalLost _ -> {}
    }
    return new HostState(
        known.host(),
        known.epoch(),
        next.sequence(),
        next.at(),
        known.facts(),
        pools,
        images,
        containers);
  }

  private static <T> void put(List<T> things, T thing, Predicate<T> same) {
    things.removeIf(same);
    things.add(thing);
  }
}
