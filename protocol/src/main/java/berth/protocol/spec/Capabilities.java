package berth.protocol.spec;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;

/**
 * How a container's rights differ from those that nspawn gives by itself (systemd.nspawn(5), {@code
 * Capability=} and {@code DropCapability=}).
 */
public record Capabilities(List<Capability> add, List<Capability> drop) {
  /** As nspawn has them. */
  public static final Capabilities DEFAULT = new Capabilities(List.of(), List.of());

  public Capabilities {
    add = sorted(add);
    drop = sorted(drop);
    for (var capability : add) {
      if (drop.contains(capability)) {
        throw Rules.bad("capability", capability, "it is both added and dropped");
      }
    }
  }

  private static List<Capability> sorted(Collection<Capability> given) {
    var set = EnumSet.noneOf(Capability.class);
    if (given != null) {
      set.addAll(given);
    }
    return List.copyOf(set);
  }
}
