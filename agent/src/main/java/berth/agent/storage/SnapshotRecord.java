package berth.agent.storage;

import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.SnapshotName;
import berth.protocol.Wire;
import berth.protocol.state.SnapshotState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a snapshot: kept as JSON with its tree, and seen no sooner than that.
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
      var read = parse(Files.readAllBytes(file), name);
      if (read.isPresent()) {
        return read.get();
      }
    }
    var modified = Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS).toInstant();
    return byHand(container, name, modified);
  }

  /** Reads the JSON of that of a snapshot, wherever that is; empty for what is no such. */
  public static Optional<SnapshotRecord> parse(byte[] json, SnapshotName name) {
    try {
      var read = Wire.json().readValue(json, SnapshotRecord.class);
      var state =
          new SnapshotState(
              name,
              read.state().created(),
              read.state().comment(),
              read.state().isProtected(),
              read.state().expires());
      return Optional.of(new SnapshotRecord(state, read.container(), read.command()));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** That of a snapshot that nobody can tell more of. */
  public static SnapshotRecord byHand(ContainerName container, SnapshotName name, Instant created) {
    return new SnapshotRecord(
        new SnapshotState(name, created, Optional.of("made by hand"), false, Optional.empty()),
        container,
        Optional.empty());
  }

  /** Writes it into the folder of a snapshot that nobody can see yet. */
  void putIn(Path folder) throws IOException {
    Files.write(folder.resolve(FILE), Wire.json().writeValueAsBytes(this));
  }
}
