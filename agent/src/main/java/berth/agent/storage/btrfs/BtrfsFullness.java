package berth.agent.storage.btrfs;

import berth.agent.linux.BtrfsSpace;
import berth.agent.linux.BtrfsSpace.Chunks;
import berth.protocol.state.PoolFullness;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How full a btrfs is. Either kind of chunk may take what is in none yet, so one is full where both
 * are used up. Of the metadata the kernel keeps a reserve for itself (btrfs-filesystem(8), {@code
 * usage}): where the rest is gone nothing can be written, though there may be much room for data.
 */
final class BtrfsFullness {
  private BtrfsFullness() {}

  static PoolFullness of(BtrfsSpace space) {
    var metadata = chunks(space, Chunks::isMetadata);
    var data = chunks(space, Chunks::isData);
    var reserve = chunks(space, Chunks::isReserve).stream().mapToLong(Chunks::size).sum();
    var mixed = metadata.isEmpty();
    return new PoolFullness(
        part(space, data, mixed ? reserve : 0), part(space, metadata, reserve), Optional.empty());
  }

  private static Optional<Double> part(BtrfsSpace space, List<Chunks> chunks, long reserve) {
    if (chunks.isEmpty()) {
      return Optional.empty();
    }
    var used = chunks.stream().mapToLong(Chunks::used).sum();
    var size = chunks.stream().mapToLong(Chunks::size).sum();
    var copies = chunks.stream().mapToDouble(c -> c.copies(space.devices())).max().orElse(1);
    return PoolFullness.part(used + reserve, size + Math.round(space.unallocated() / copies));
  }

  private static List<Chunks> chunks(BtrfsSpace space, Predicate<Chunks> which) {
    return space.chunks().stream().filter(which).toList();
  }
}
