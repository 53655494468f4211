package berth.agent.container;

import berth.agent.container.identity.Identity;
import berth.agent.dispatch.Job;
import berth.agent.storage.Pools;
import berth.agent.storage.StorageBackend;
import berth.agent.storage.Undo;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.util.List;

/**
 * Gives containers other names. Everything that bears the name is moved by one step each, the
 * volume last: so a repeat after a crash goes on with what has not been moved yet, and knows by the
 * volume whether it had come to the end.
 */
final class Renaming {
  private static final OtherSettings OTHERS = OtherSettings.OF_HOST;

  private final Pools pools;
  private final Settings settings;
  private final DropIns dropIns;
  private final Place place;
  private final Removal removal;
  private final Systemd systemd;
  private final Activity activity;
  private final Leftovers leftovers;

  Renaming(
      Pools pools,
      Settings settings,
      DropIns dropIns,
      Place place,
      Removal removal,
      Systemd systemd,
      Activity activity,
      Leftovers leftovers) {
    this.pools = pools;
    this.settings = settings;
    this.dropIns = dropIns;
    this.place = place;
    this.removal = removal;
    this.systemd = systemd;
    this.activity = activity;
    this.leftovers = leftovers;
  }

  /** Renames one; a repeat goes on where its earlier attempt was cut off. */
  void perform(ContainerName from, ContainerName to, Job job) throws IOException {
    var again = job.attempt() > 1;
    if (!again || pools.holding(from).isPresent() || pools.holding(to).isEmpty()) {
      var storage = pools.holding(from).orElseThrow(() -> noVolume(from)).storage();
      activity.requireStopped(from);
      place.requireFree(to, pools);
      requireNoSettings(from, to, again);
      if (!again) {
        removal.forgetUnit(to);
      }
      job.progress("renaming to " + to);
      move(storage, from, to);
    }
    finish(from, to);
  }

  private void move(StorageBackend storage, ContainerName from, ContainerName to)
      throws IOException {
    var old = UnitName.of(from);
    var unit = UnitName.of(to);
    Removal.forgetJournal(storage.volume(from).orElseThrow());
    try (var undo = new Undo()) {
      undo.add(() -> settings.move(to, from));
      settings.move(from, to);
      undo.add(() -> OTHERS.move(to, from));
      OTHERS.move(from, to);
      undo.add(() -> {
        dropIns.move(unit, old);
        systemd.reload();
      });
      dropIns.move(old, unit);
      if (isEnabled(old)) {
        undo.add(() -> systemd.disable(List.of(unit.value())));
        systemd.enable(List.of(unit.value()));
      }
      storage.rename(from, to);
      undo.keep();
    }
  }

  /** What can be done again and again once the volume has its new name. */
  private void finish(ContainerName from, ContainerName to) throws IOException {
    var volume = pools.holding(to).orElseThrow().storage().volume(to).orElseThrow();
    place.remove(from);
    place.add(to, volume);
    Identity.rename(from, to, volume);
    leftovers.clearAll(from);
    removal.forgetUnit(from);
    systemd.reload();
  }

  /**
   * In a repeat those of the new name are the ones that were moved, where the old ones are gone.
   */
  private void requireNoSettings(ContainerName from, ContainerName to, boolean again) {
    if (settings.exist(to) && (!again || settings.exist(from))) {
      throw settings.taken(to);
    }
  }

  private boolean isEnabled(UnitName unit) {
    return systemd.isEnabled(unit);
  }

  private static BerthException noVolume(ContainerName container) {
    return new BerthException(
        ProblemCode.NOT_FOUND, "no container \"" + container + "\" in a pool of this host");
  }
}
