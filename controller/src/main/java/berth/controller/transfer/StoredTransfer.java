package berth.controller.transfer;

import berth.controller.model.Transfer;
import java.nio.file.Path;
import java.util.Objects;

/** A transfer as it is now, and the file that holds it. */
public record StoredTransfer(Transfer transfer, Path file) {
  public StoredTransfer {
    Objects.requireNonNull(transfer, "transfer");
    Objects.requireNonNull(file, "file");
  }
}
