package berth.agent.storage.lvm;

import berth.agent.storage.PoolPlace;
import berth.agent.storage.Tools;
import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.util.Map;

/** What a pool on LVM needs of its host. */
final class Requirements {
  /** The programs, and the packages that bring them to Debian and to Fedora. */
  private static final Map<String, String> PACKAGES =
      Map.of(
          "lvs",
          "lvm2",
          "thin_check",
          "thin-provisioning-tools (Debian) or device-mapper-persistent-data (Fedora)",
          "mkfs.xfs",
          "xfsprogs",
          "xfs_admin",
          "xfsprogs");

  private Requirements() {}

  /** Refuses to go on without them, and says what to do. */
  static void check(PoolPlace.Thin place, Tools tools) {
    PACKAGES.forEach((program, brings) -> {
      if (!tools.has(program)) {
        throw new BerthException(
            ProblemCode.NOT_FOUND,
            "this host has no " + program + ", which the pool lvm:" + place + " needs",
            "install the package " + brings);
      }
    });
    var lvm = new Lvm(place, tools);
    if (!pool(lvm, place).isThinPool()) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the logical volume " + place + " is no thin pool",
          "name one in the agent's configuration; lvs shows with a t which are");
    }
    try {
      lvm.activate(place.pool());
    } catch (BerthException e) {
      throw told(
          ProblemCode.UNSUPPORTED,
          "the thin pool " + place + " can't be activated",
          "a kernel without the module dm_thin_pool can't do it",
          e);
    }
  }

  private static LogicalVolume pool(Lvm lvm, PoolPlace.Thin place) {
    try {
      return lvm.pool();
    } catch (BerthException e) {
      throw told(
          ProblemCode.NOT_FOUND,
          "there is no thin pool " + place,
          "make it with: lvcreate --type thin-pool --size SIZE --name "
              + place.pool()
              + " "
              + place.group(),
          e);
    }
  }

  private static BerthException told(
      ProblemCode code, String message, String remedy, BerthException why) {
    var log = why.problem().log();
    var said = log.isEmpty() ? why.problem().message() : log.getLast().strip();
    return new BerthException(new Problem(code, message + ": " + said, remedy).withLog(log), why);
  }
}
