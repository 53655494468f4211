package berth.agent.copy.tar;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A member of an archive. Names have a char for each of their bytes (ISO 8859-1).
 *
 * @param link where a symbolic link leads to, or the name of the member that a hard link is another
 *     name of
 * @param mode permissions with the set-ID and sticky bits
 * @param size of a file as it is to be read, holes included
 * @param attributes extended ones (xattr(7))
 * @param extents where a sparse file has data; empty for one without holes
 * @param device which device a node is for
 * @param comment what pax(1) calls so: for whom it may concern, and nothing to do for the others
 */
public record TarEntry(
    Kind kind,
    String name,
    String link,
    int mode,
    long uid,
    long gid,
    long size,
    Instant modified,
    Map<String, byte[]> attributes,
    Optional<List<Extent>> extents,
    Optional<Device> device,
    Optional<String> comment) {

  /** Which device a node is for: its kind and its numbers (makedev(3)). */
  public record Device(boolean block, long major, long minor) {}

  /** What a member is. */
  public enum Kind {
    FILE,
    HARD_LINK,
    SYMBOLIC_LINK,
    DEVICE,
    FOLDER,
    PIPE
  }

  public TarEntry {
    attributes = Map.copyOf(attributes);
    extents = extents.map(List::copyOf);
  }

  /** One that is no device node and says no more. */
  public TarEntry(
      Kind kind,
      String name,
      String link,
      int mode,
      long uid,
      long gid,
      long size,
      Instant modified,
      Map<String, byte[]> attributes,
      Optional<List<Extent>> extents) {
    this(
        kind,
        name,
        link,
        mode,
        uid,
        gid,
        size,
        modified,
        attributes,
        extents,
        Optional.empty(),
        Optional.empty());
  }

  /** The same as the node of a device. */
  public TarEntry of(Device node) {
    return with(extents, Optional.of(node), comment);
  }

  /** The same with a comment. */
  public TarEntry saying(String text) {
    return with(extents, device, Optional.of(text));
  }

  /** The same with data in these places alone. */
  public TarEntry sparse(List<Extent> runs) {
    return with(Optional.of(runs), device, comment);
  }

  private TarEntry with(Optional<List<Extent>> runs, Optional<Device> node, Optional<String> text) {
    return new TarEntry(
        kind, name, link, mode, uid, gid, size, modified, attributes, runs, node, text);
  }

  /** How many bytes of a file are in the archive. */
  public long stored() {
    return extents
        .map(runs -> runs.stream().mapToLong(Extent::length).sum())
        .orElse(kind == Kind.FILE ? size : 0);
  }
}
