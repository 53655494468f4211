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
    Optional<List<Extent>> extents) {

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

  /** How many bytes of a file are in the archive. */
  public long stored() {
    return extents
        .map(runs -> runs.stream().mapToLong(Extent::length).sum())
        .orElse(kind == Kind.FILE ? size : 0);
  }
}
