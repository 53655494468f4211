package berth.controller.model;

import berth.protocol.ByteSize;
import berth.protocol.Sha256;
import java.util.Objects;

/** A file that the controller holds for its hosts to fetch, known by its content. */
public record Upload(Sha256 sha256, ByteSize size) {
  public Upload {
    Objects.requireNonNull(sha256, "sha256");
    Objects.requireNonNull(size, "size");
  }
}
