package berth.agent.storage.lvm;

import berth.agent.storage.Mounts;
import berth.protocol.BerthException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an agent that was killed left in the middle of its work: what was not whole is removed, and
 * what had got past its one step is brought to its end.
 */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  private final Path folder;
  private final Lvm lvm;
  private final Xfs xfs;
  private final MountUnits units;
  private final Exchange exchange;

  Leftovers(Path folder, Lvm lvm, Xfs xfs, MountUnits units, Exchange exchange) {
    this.folder = folder;
    this.lvm = lvm;
    this.xfs = xfs;
    this.units = units;
    this.exchange = exchange;
  }

  void sweep() throws IOException {
    resume();
    unmountHidden();
    var settled = exchange.settle();
    var all = lvm.volumes();
    var whole = all.stream().filter(volume -> !volume.isStaging()).toList();
    for (var half : all) {
      if (half.isStaging() || isReplaced(half, whole)) {
        remove(half);
      }
    }
    whole.forEach(this::unmark);
    if (mend(whole) || settled) {
      units.reload();
    }
    mount(whole);
  }

  /** One that stands still has everybody wait who writes to it, an unmount too. */
  private void resume() {
    for (var volume : lvm.volumes()) {
      if (volume.isSuspended()) {
        LOG.warn("{} stood still, and goes on now", lvm.device(volume.name()));
        lvm.resume(volume.name());
      }
    }
  }

  private void unmountHidden() throws IOException {
    try (var entries = Files.newDirectoryStream(folder, Xfs::isHidden)) {
      entries.forEach(this::unmount);
    }
  }

  private void unmount(Path hidden) {
    try {
      xfs.unmount(hidden);
      Files.delete(hidden);
    } catch (IOException | BerthException e) {
      LOG.warn("{} stays: {}", hidden, e.getMessage());
    }
  }

  /** A volume that has its new name needs no mark any more that it is to get it. */
  private void unmark(LogicalVolume volume) {
    var mark = VolumeNames.container(volume.name()).map(Tags::to).filter(volume.tags()::contains);
    mark.ifPresent(tag -> lvm.retag(List.of(volume.name()), List.of(tag), List.of()));
  }

  private static boolean isReplaced(LogicalVolume volume, List<LogicalVolume> whole) {
    return volume.image().isPresent() && !ImageVolumes.newest(whole).containsValue(volume);
  }

  private void remove(LogicalVolume left) {
    LOG.info("removing {}, which an earlier agent left unfinished", lvm.device(left.name()));
    try {
      lvm.remove(left.name());
    } catch (BerthException e) {
      LOG.warn("{} stays: {}", lvm.device(left.name()), e.problem().message());
    }
  }

  /** Gives each whole volume its unit, and takes away those whose volumes are gone. */
  private boolean mend(List<LogicalVolume> whole) throws IOException {
    var there = lvm.names();
    var changed = false;
    var known = new HashSet<String>();
    for (var unit : units.all()) {
      if (there.contains(unit.volume())) {
        known.add(unit.volume());
      } else if (unit.ours() && !Mounts.has(unit.where())) {
        LOG.info("removing {}: {} is gone", unit.name(), unit.device());
        units.remove(unit);
        changed = true;
      }
    }
    return complete(whole, known) || changed;
  }

  private boolean complete(List<LogicalVolume> whole, Set<String> known) throws IOException {
    var changed = false;
    for (var volume : whole) {
      var container = VolumeNames.container(volume.name());
      if (volume.isVolume() && container.isPresent() && !known.contains(volume.name())) {
        var device = lvm.device(volume.name());
        var unit = new MountUnit(container.get(), device, folder, true);
        if (units.exists(unit)) {
          LOG.warn("{} has no unit: {} mounts something else", device, unit.name());
          continue;
        }
        LOG.info("completing {}, which an earlier agent left unmounted", device);
        units.put(unit);
        changed = true;
      }
    }
    return changed;
  }

  /** Also what was not mounted when the host booted: a volume is in its place while it is there. */
  private void mount(List<LogicalVolume> whole) throws IOException {
    var there = whole.stream().map(LogicalVolume::name).collect(Collectors.toSet());
    for (var unit : units.all()) {
      if (there.contains(unit.volume()) && !Mounts.has(unit.where())) {
        try {
          lvm.activate(unit.volume());
          units.mount(unit);
        } catch (BerthException e) {
          LOG.warn("container={} {}", unit.container(), e.problem().message());
        }
      }
    }
  }
}
