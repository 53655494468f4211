package berth.agent.container;

import berth.agent.storage.Pools;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where systemd looks for a container's root by its name: /var/lib/machines (systemd-nspawn(1),
 * {@code --machine=}). A volume in another folder gets a symbolic link there.
 */
final class Place {
  private final Path machines;

  Place(Path machines) {
    this.machines = machines;
  }

  /** Refuses a name that something else has: a volume in any pool, a link or an image file. */
  void requireFree(ContainerName container, Pools pools) {
    Stream.concat(
            pools.holding(container).flatMap(p -> p.storage().volume(container)).stream(),
            Stream.of(container.value(), container + ".raw").map(machines::resolve))
        .filter(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS))
        .filter(path -> !isLeft(path, container, pools))
        .findFirst()
        .ifPresent(path -> {
          throw new BerthException(
              ProblemCode.ALREADY_EXISTS,
              "a container \"" + container + "\" is there already: " + path,
              "choose another name, or remove it first");
        });
  }

  /** Whether it is our link to where a volume was that somebody removed by hand. */
  private static boolean isLeft(Path path, ContainerName container, Pools pools) {
    if (!Files.isSymbolicLink(path) || Files.exists(path)) {
      return false;
    }
    try {
      var target = Files.readSymbolicLink(path);
      return pools.all().stream()
          .anyMatch(pool -> pool.storage().folder().resolve(container.value()).equals(target));
    } catch (IOException _) {
      return false;
    }
  }

  /** Refuses what a person put there, which is no volume of any pool. */
  void requireNothing(ContainerName container) {
    Stream.of(container.value(), container + ".raw")
        .map(machines::resolve)
        .filter(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS))
        .findFirst()
        .ifPresent(path -> {
          throw new BerthException(
              ProblemCode.UNSUPPORTED,
              path + " was made by hand and is in no pool",
              "remove it with: machinectl remove " + container);
        });
  }

  /** Makes a volume known to systemd. */
  void add(ContainerName container, Path volume) throws IOException {
    var known = machines.resolve(container.value());
    if (!Files.exists(known)) {
      Files.deleteIfExists(known);
      Files.createDirectories(machines);
      Files.createSymbolicLink(known, volume);
    }
  }

  /** Takes the link away, where there is one. */
  void remove(ContainerName container) throws IOException {
    var known = machines.resolve(container.value());
    if (Files.isSymbolicLink(known)) {
      Files.delete(known);
    }
  }
}
