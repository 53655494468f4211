package berth.controller.image;

import berth.controller.model.Upload;
import java.nio.file.Path;
import java.util.Objects;

/** A complete upload and the file that holds it, which never changes. */
public record StoredUpload(Upload upload, Path file) {
  public StoredUpload {
    Objects.requireNonNull(upload, "upload");
    Objects.requireNonNull(file, "file");
  }
}
