package berth.agent.container;

import berth.agent.container.identity.Identity;
import berth.agent.dispatch.Job;
import berth.agent.storage.Pools;
import berth.agent.storage.Undo;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import java.io.IOException;

/**
 * Makes containers as copies of others: volume, settings and drop-ins, with an identity of their
 * own. Whether one starts with the host is not copied.
 */
final class Cloning {
  private final Pools pools;
  private final Settings settings;
  private final DropIns dropIns;
  private final Place place;
  private final Removal removal;
  private final Systemd systemd;
  private final Activity activity;

  Cloning(
      Pools pools,
      Settings settings,
      DropIns dropIns,
      Place place,
      Removal removal,
      Systemd systemd,
      Activity activity) {
    this.pools = pools;
    this.settings = settings;
    this.dropIns = dropIns;
    this.place = place;
    this.removal = removal;
    this.systemd = systemd;
    this.activity = activity;
  }

  /** Makes one; what an earlier attempt of the same command has made is fine. */
  void make(ContainerName source, ContainerName clone, Job job) throws IOException {
    if (!settings.isOf(clone, job.id()) || pools.holding(clone).isEmpty()) {
      try (var undo = new Undo()) {
        copy(source, clone, undo, job);
        undo.add(() -> pools.holding(clone).orElseThrow().storage().delete(clone));
        limit(clone);
        undo.keep();
      }
    } else {
      limit(clone); // the attempt before may have died between the two
    }
    place.add(clone, pools.holding(clone).orElseThrow().storage().volume(clone).orElseThrow());
  }

  private void copy(ContainerName source, ContainerName clone, Undo undo, Job job)
      throws IOException {
    var storage = pools.holding(source).orElseThrow(() -> noVolume(source)).storage();
    place.requireFree(clone, pools);
    settings.requireNoneByHand(clone);
    removal.forgetUnit(clone);
    undo.add(() -> settings.delete(clone));
    undo.add(() -> removal.forgetUnit(clone));
    var others = dropIns.copy(UnitName.of(source), UnitName.of(clone));
    if (settings.copy(source, clone, job.id()) || others) {
      systemd.reload();
    }
    var live = activity.isUp(source);
    job.progress("copying the volume of " + source);
    storage.copy(
        source,
        clone,
        live,
        tree -> {
          activity.requireAsBefore(source, live);
          Identity.renew(clone, tree);
        },
        job);
  }

  /** A copy is not limited as what it was copied from. */
  private void limit(ContainerName clone) throws IOException {
    var size = settings.read(clone).flatMap(written -> written.spec().size());
    if (size.isPresent()) {
      pools.holding(clone).orElseThrow().storage().limit(clone, size);
    }
  }

  private static BerthException noVolume(ContainerName source) {
    return new BerthException(
        ProblemCode.NOT_FOUND, "no container \"" + source + "\" in a pool of this host");
  }
}
