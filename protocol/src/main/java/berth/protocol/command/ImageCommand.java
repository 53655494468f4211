package berth.protocol.command;

import berth.protocol.ByteSize;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.Sha256;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;

/** Work on one image of a host. An image of that name is replaced when the new one is complete. */
public sealed interface ImageCommand extends Command {
  /** The image it is about. */
  ImageName image();

  /** The pool that holds it; empty for the host's default pool. */
  Optional<PoolName> pool();

  /** Makes an image on the host by a recipe. */
  record BuildImage(ImageName image, Optional<PoolName> pool, Recipe recipe)
      implements ImageCommand {
    public BuildImage {
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(recipe, "recipe");
    }
  }

  /**
   * Makes an image from a tar archive, plain or compressed by zstd, gzip or xz (told by its first
   * bytes), fetched by HTTP with ranges.
   *
   * @param location absolute, or a path beneath the controller's address
   * @param sha256 of the archive as it is fetched
   * @param size of the archive in bytes
   */
  record ImportImage(
      ImageName image, Optional<PoolName> pool, URI location, Sha256 sha256, ByteSize size)
      implements ImageCommand {
    public ImportImage {
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(location, "location");
      Objects.requireNonNull(sha256, "sha256");
      Objects.requireNonNull(size, "size");
    }
  }

  /** Removes an image; one that is not there is fine. Containers made from it stay. */
  record RemoveImage(ImageName image, Optional<PoolName> pool) implements ImageCommand {
    public RemoveImage {
      Objects.requireNonNull(image, "image");
    }
  }
}
