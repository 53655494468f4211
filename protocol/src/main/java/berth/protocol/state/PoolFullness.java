package berth.protocol.state;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * How much of a pool is in use, each a part from 0 to 1; empty is what its layout does not have, or
 * does not tell. Any of them that is used up keeps whoever is in the pool from writing.
 *
 * @param data of the room for what is in files
 * @param metadata of the room for the count of it, which fills up on its own
 * @param inodes of the number of files that there can be
 */
public record PoolFullness(
    Optional<Double> data, Optional<Double> metadata, Optional<Double> inodes) {
  /** Of a pool of which nothing is known. */
  public static final PoolFullness NONE =
      new PoolFullness(Optional.empty(), Optional.empty(), Optional.empty());

  /** What more digits would tell changes all the time. */
  private static final double DIGITS = 1e4;

  public PoolFullness {
    Stream.of(data, metadata, inodes).flatMap(Optional::stream).forEach(PoolFullness::require);
  }

  /** The part that something is of a whole, between 0 and 1; empty where there is no whole. */
  public static Optional<Double> part(long used, long whole) {
    return whole > 0 ? Optional.of(rounded((double) used / whole)) : Optional.empty();
  }

  /** A part that was measured, between 0 and 1 and without digits of no meaning. */
  public static double rounded(double part) {
    return Math.round(Math.clamp(part, 0, 1) * DIGITS) / DIGITS;
  }

  /** The largest of them; 0 where nothing is known. */
  public double most() {
    return Stream.of(data, metadata, inodes)
        .flatMap(Optional::stream)
        .mapToDouble(Double::doubleValue)
        .max()
        .orElse(0);
  }

  private static void require(double part) {
    if (!(part >= 0 && part <= 1)) {
      throw new IllegalArgumentException("bad fullness " + part + ": must be from 0 to 1");
    }
  }
}
