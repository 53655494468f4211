package berth.agent.storage.lvm;

import berth.agent.storage.Mounts;
import berth.agent.storage.PoolPlace;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Refuses work on what is not there, is not in this pool, or is not what is mounted. */
final class VolumeGuard {
  private final PoolPlace.Thin place;
  private final Path folder;
  private final Lvm lvm;
  private final MountUnits units;

  VolumeGuard(PoolPlace.Thin place, Path folder, Lvm lvm, MountUnits units) {
    this.place = place;
    this.folder = folder;
    this.lvm = lvm;
    this.units = units;
  }

  /** The unit of a container that has a volume. */
  MountUnit require(ContainerName container) {
    return units
        .find(container)
        .orElseThrow(() ->
            new BerthException(
                ProblemCode.NOT_FOUND, "no volume \"" + container + "\" in " + folder));
  }

  /** One whose logical volume is in the pool, and mounted there if any is. */
  void requireInPool(MountUnit unit) throws IOException {
    if (lvm.find(unit.volume()).isEmpty()) {
      throw elsewhere(unit);
    }
    requireItself(unit);
  }

  /** A unit's text is not all: a drop-in, or a person, may have mounted another volume there. */
  void requireItself(MountUnit unit) throws IOException {
    if (!Mounts.has(unit.where())) {
      return;
    }
    var mounted = Files.getAttribute(unit.where(), "unix:dev");
    if (!mounted.equals(Files.getAttribute(unit.device(), "unix:rdev"))) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          unit.where() + " is not " + unit.device() + ", which " + unit.name() + " names",
          "unmount it, and start the unit again");
    }
  }

  /** Nothing has the place that a unit is to mount at, nor its name. */
  void requireFree(MountUnit unit) {
    if (units.exists(unit) || Files.exists(unit.where(), LinkOption.NOFOLLOW_LINKS)) {
      throw new BerthException(ProblemCode.ALREADY_EXISTS, unit.where() + " is there already");
    }
  }

  BerthException elsewhere(MountUnit unit) {
    return new BerthException(
        ProblemCode.CONFLICT,
        "the volume of " + unit.container() + " is " + unit.device() + ", not in the pool " + place,
        "do it by hand, also with its unit " + unit.name());
  }
}
