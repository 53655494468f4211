package berth.agent.storage.lvm;

import berth.agent.storage.Undo;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts one logical volume in the place of another, under its name and its mount unit. The old one
 * is set aside under a name that says so, the new one has its mark of being made until all is well:
 * taking that is the one step, before which everything leads back to the old one.
 */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private final Lvm lvm;
  private final Xfs xfs;
  private final MountUnits units;

  Exchange(Lvm lvm, Xfs xfs, MountUnits units) {
    this.lvm = lvm;
    this.xfs = xfs;
    this.units = units;
  }

  /**
   * Puts a finished one in the place of that which a unit mounts, where that is there, and removes
   * that.
   *
   * @param check called once it is in its place; what it throws brings the old one back
   */
  void perform(String restored, MountUnit unit, Runnable check) throws IOException {
    var name = unit.volume();
    var aside = VolumeNames.aside(name);
    Optional<LogicalVolume> old;
    try (var undo = new Undo()) {
      undo.add(() -> mountIfThere(unit));
      xfs.unmount(unit.where());
      old = lvm.find(name);
      if (old.isPresent()) {
        removeEarlier(aside);
        requireUnused(old.get());
        lvm.rename(name, aside);
        undo.add(() -> lvm.rename(aside, name));
      }
      lvm.rename(restored, name);
      undo.add(() -> {
        xfs.unmount(unit.where());
        lvm.rename(name, restored);
      });
      mount(unit);
      check.run();
      lvm.publish(name, List.of());
      undo.keep();
    }
    if (old.isPresent()) {
      remove(aside);
    }
  }

  /** One that was in use when it was to be removed, and has the name that is needed now. */
  private void removeEarlier(String aside) {
    if (lvm.find(aside).isPresent()) {
      lvm.remove(aside);
    }
  }

  /** A container's own mount of it is none that the host would see. */
  private void requireUnused(LogicalVolume volume) {
    if (volume.isOpen()) {
      throw new BerthException(
          ProblemCode.CONFLICT, lvm.device(volume.name()) + " is in use", "stop what uses it");
    }
  }

  /**
   * Brings each that was cut off to one of its two ends, and tells whether there were any: where
   * the new one lacks its last step it goes again, unless a container runs from it by now.
   */
  boolean settle() throws IOException {
    var all = lvm.volumes();
    var staging = all.stream().filter(LogicalVolume::isStaging).map(LogicalVolume::name).toList();
    for (var unit : units.all()) {
      if (staging.contains(unit.volume())) {
        keepIfUsed(unit);
      }
    }
    var asides = all.stream().filter(LogicalVolume::isSetAside).map(LogicalVolume::name).toList();
    for (var aside : asides) {
      settle(aside, VolumeNames.before(aside).orElseThrow());
    }
    return !asides.isEmpty();
  }

  /** Nothing but what is whole is ever put in the place that a unit names. */
  private void keepIfUsed(MountUnit unit) throws IOException {
    var aside = VolumeNames.aside(unit.volume());
    if (lvm.find(aside).isPresent()) {
      try {
        xfs.unmount(unit.where());
      } catch (BerthException e) {
        LOG.info("container={} {}", unit.container(), e.problem().message());
      }
      if (!isOpen(unit.volume()) || isOpen(aside)) {
        return;
      }
    }
    lvm.publish(unit.volume(), List.of());
  }

  private boolean isOpen(String volume) {
    return lvm.find(volume).filter(LogicalVolume::isOpen).isPresent();
  }

  private void settle(String aside, String name) {
    var placed = lvm.find(name);
    if (placed.isPresent() && !placed.get().isStaging()) {
      LOG.info("removing {}, in whose place another one is", lvm.device(aside));
      remove(aside);
      return;
    }
    LOG.info("{} is what it was, as an earlier agent left its restore", lvm.device(name));
    if (placed.isPresent()) {
      lvm.rename(name, VolumeNames.restored());
    }
    lvm.rename(aside, name);
  }

  /** What somebody still uses is marked, so that the next agent removes it. */
  private void remove(String aside) {
    try {
      lvm.remove(aside);
    } catch (BerthException e) {
      LOG.warn(
          "{} stays until the agent starts again: {}", lvm.device(aside), e.problem().message());
      lvm.retag(List.of(aside), List.of(), List.of(Tags.STAGING));
    }
  }

  private void mountIfThere(MountUnit unit) throws IOException {
    if (lvm.find(unit.volume()).isPresent()) {
      mount(unit);
    }
  }

  /** What a device is called has changed, which systemd is to have seen before it looks. */
  private void mount(MountUnit unit) throws IOException {
    units.reload();
    units.mount(unit);
  }
}
