package berth.agent.storage.lvm;

import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.SnapshotName;
import java.util.Optional;
import java.util.UUID;

/**
 * What logical volumes are called (lvm(8), "Valid names"). A container's has the container's name,
 * so that it is found by people too; whatever else is ours has a {@code +} in its name, which no
 * container has.
 */
final class VolumeNames {
  private static final String RESERVED = "(snapshot|pvmove).*";

  /** So that nobody else gives such a name: what has it is removed in the end. */
  private static final String ASIDE = "+berth.before";

  private static final int READABLE = 24;

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

  /** Where a container's volume waits while another takes its place. */
  static String aside(String volume) {
    return volume + ASIDE;
  }

  /** The name that a volume had before it was set aside; empty for one that was not. */
  static Optional<String> before(String aside) {
    return Optional.of(aside)
        .filter(name -> name.endsWith(ASIDE))
        .map(name -> name.substring(0, name.length() - ASIDE.length()))
        .filter(name -> container(name).isPresent());
  }

  /** A new one for what is to take the place of a container's volume. */
  static String restored() {
    return "restored+" + random();
  }

  /** A new one for the copy of a snapshot that is there to be read. */
  static String read() {
    return "read+" + random();
  }

  /**
   * A new one for an image, while another of its name may be there; LVM keeps some names with a
   * {@code _} for itself.
   */
  static String anew(ImageName image) {
    return "image+" + image.value().replace('_', '+') + "+" + random();
  }

  /** A new one for a snapshot, whose tags tell the whole of its name and whose it is. */
  static String anew(SnapshotName snapshot) {
    var name = snapshot.value();
    var readable = name.substring(0, Math.min(name.length(), READABLE)).replace('_', '+');
    return "kept+" + readable + "+" + random();
  }

  private static String random() {
    return UUID.randomUUID().toString().substring(0, 8);
  }
}
