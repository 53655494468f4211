package berth.agent.copy;

import berth.agent.settings.Entry;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What an archive of a container tells beside its files.
 *
 * @param version of this format
 * @param container what it was called where it came from
 * @param taken when its files were as they are here
 * @param image what it was made from
 * @param spec what of its specification is not as by default
 * @param settings of its .nspawn file that the specification has no word for
 */
public record Manifest(
    int version,
    ContainerName container,
    Instant taken,
    Optional<ImageName> image,
    ObjectNode spec,
    List<Entry> settings) {
  private static final int VERSION = 1;
  private static final String MARK = "berth-container ";

  public Manifest {
    Objects.requireNonNull(container, "container");
    Objects.requireNonNull(taken, "taken");
    Objects.requireNonNull(spec, "spec");
    settings = settings == null ? List.of() : List.copyOf(settings);
  }

  /** One of the present version. */
  public Manifest(
      ContainerName container,
      Instant taken,
      Optional<ImageName> image,
      ObjectNode spec,
      List<Entry> settings) {
    this(VERSION, container, taken, image, spec, settings);
  }

  /** As a comment in an archive. A char for each byte, as everything there. */
  String comment() {
    return MARK + new String(Wire.write(this), StandardCharsets.ISO_8859_1);
  }

  /** Reads a comment; empty where it is another one. {@code INVALID} for a later version's. */
  static Optional<Manifest> of(String comment) {
    if (!comment.startsWith(MARK)) {
      return Optional.empty();
    }
    var json = comment.substring(MARK.length()).getBytes(StandardCharsets.ISO_8859_1);
    var manifest = Wire.read(json, Manifest.class);
    if (manifest.version != VERSION) {
      throw new BerthException(
          ProblemCode.INVALID,
          "the archive is of version " + manifest.version + " of the format, not of " + VERSION,
          "import it on a host with a newer agent");
    }
    return Optional.of(manifest);
  }
}
