package berth.protocol.state;

import berth.protocol.Names;
import berth.protocol.SnapshotName;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A snapshot of a container: its volume as it was at one moment.
 *
 * @param created that moment, by the host's clock
 * @param comment of who asked for it: one line, at most 200 characters
 * @param isProtected whether neither an ordinary removal nor its container's takes it away
 * @param expires when the host removes it by itself; empty for never, as for a protected one
 */
public record SnapshotState(
    SnapshotName name,
    Instant created,
    Optional<String> comment,
    @JsonProperty("protected") boolean isProtected,
    Optional<Instant> expires) {
  private static final int LONGEST_COMMENT = 200;

  public SnapshotState {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(created, "created");
    comment = requireComment(comment == null ? Optional.empty() : comment);
    expires = expires == null ? Optional.empty() : expires;
  }

  /** A comment that fits on a line of a table. */
  public static Optional<String> requireComment(Optional<String> comment) {
    comment.ifPresent(text -> {
      if (text.length() > LONGEST_COMMENT || text.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "bad comment " + Names.quoted(text) + ": one line of at most 200 characters");
      }
    });
    return comment;
  }
}
