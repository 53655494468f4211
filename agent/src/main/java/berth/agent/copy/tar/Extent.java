package berth.agent.copy.tar;

/**
 * A run of data in a sparse file.
 *
 * @param at its place in the file
 */
public record Extent(long at, long length) {

  /** Its place's end. */
  public long end() {
    return at + length;
  }
}
