package berth.agent.storage.lvm;

import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import java.util.Optional;
import java.util.UUID;

/**
 * What logical volumes are called (lvm(8), "Valid names"). A container's has the container's name,
 * so that it is found by people too; whatever else is ours has a {@code +} in its name, which no
 * container has.
 */
final class VolumeNames {
  private static final String RESERVED = "(snapshot|pvmove).*";

  private VolumeNames() {}

  /** That of a container. */
  static String of(ContainerName container) {
    var name = container.value();
    return name.matches(RESERVED) ? "+" + name : name;
  }

  /** The container that has a volume of this name; empty where none can have it. */
  static Optional<ContainerName> container(String volume) {
    try {
      return Optional.of(ContainerName.of(volume.replaceFirst("^\\+", "")));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /**
   * A new one for an image, while another of its name may be there; LVM keeps some names with a
   * {@code _} for itself.
   */
  static String anew(ImageName image) {
    var random = UUID.randomUUID().toString().substring(0, 8);
    return "image+" + image.value().replace('_', '+') + "+" + random;
  }
}
