package berth.agent.storage;

import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.SnapshotName;
import berth.protocol.Wire;
import berth.protocol.state.SnapshotState;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a snapshot: kept as JSON beside its tree, and seen no sooner than that.
 *
 * @param container what it was called then
 * @param command that asked for it; empty for what was put there by hand
 */
public record SnapshotRecord(
    SnapshotState state, ContainerName container, Optional<CommandId> command) {
  private static final String FILE = "snapshot.json";

  public SnapshotRecord {
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(container, "container");
    command = command == null ? Optional.empty() : command;
  }

  /** Whether it is of an earlier attempt of this very command. */
  public boolean isOf(CommandId id) {
    return command.filter(id::equals).isPresent();
  }

  /** Reads it; a snapshot without a readable one was put there by hand. */
  static SnapshotRecord in(Path folder, ContainerName container, SnapshotName name)
      throws IOException {
    var file = folder.resolve(FILE);
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      try {
        var read = Wire.json().readValue(Files.readAllBytes(file), SnapshotRecord.class);
        return new SnapshotRecord(
            new SnapshotState(
                name,
                read.state().created(),
                read.state().comment(),
                read.state().isProtected(),
                read.state().expires()),
            read.container(),
            read.command());
      } catch (JsonProcessingException _) {
        // as below
      }
    }
    var modified = Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS).toInstant();
    return new SnapshotRecord(
        new SnapshotState(name, modified, Optional.of("made by hand"), false, Optional.empty()),
        container,
        Optional.empty());
  }

  /** Writes it into the folder of a snapshot that nobody can see yet. */
  void putIn(Path folder) throws IOException {
    Files.write(folder.resolve(FILE), Wire.json().writeValueAsBytes(this));
  }
}
