package berth.agent.storage.lvm;

import berth.agent.storage.Thresholds;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.util.Locale;

/**
 * From where on a thin pool takes no new work, in percent: one that runs full has every container
 * in it wait or lose what it writes (lvmthin(7), "Data space exhaustion").
 *
 * @param data of the room for what is in the volumes
 * @param metadata of the room for the count of it, which fills up on its own
 */
record Fullness(double data, double metadata) {
  /** Where it is told of, too: some room is left for the containers that are there. */
  static final Fullness USUAL =
      new Fullness(100 * Thresholds.USUAL.nearlyFull(), 100 * Thresholds.USUAL.nearlyFull());

  /** Refuses where a pool is past one of the two. */
  void require(LogicalVolume pool, String path) {
    if (pool.data() >= data) {
      throw full(path, "data", pool.data(), data, "lvextend --size +10G " + path);
    }
    if (pool.metadata() >= metadata) {
      throw full(
          path, "metadata", pool.metadata(), metadata, "lvextend --poolmetadatasize +128M " + path);
    }
  }

  private static BerthException full(
      String path, String what, double percent, double most, String remedy) {
    return new BerthException(
        ProblemCode.NO_SPACE,
        String.format(
            Locale.ROOT,
            "%.1f %% of the %s of the thin pool %s is in use, and nothing new is begun from %.0f %%"
                + " on",
            percent,
            what,
            path,
            most),
        "grow it: " + remedy + "; what containers have deleted is free again after fstrim on them");
  }
}
