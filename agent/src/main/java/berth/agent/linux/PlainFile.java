package berth.agent.linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A small text file of the host's that is there whole or not at all, whatever happens. */
public final class PlainFile {
  private PlainFile() {}

  /** Its text; empty where there is no such file. */
  public static Optional<String> read(Path file) throws IOException {
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /**
   * Writes it anew, with its folder where that is missing; it is on the disk afterwards.
   *
   * @param mode who may do what with it, such as {@code rw-r--r--}
   */
  public static void replace(Path file, String content, String mode) throws IOException {
    var folder = file.getParent();
    Files.createDirectories(folder);
    var half = folder.resolve(".#berth." + file.getFileName());
    Files.deleteIfExists(half);
    var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (var channel = FileChannel.open(half, options, owner)) {
      Files.setPosixFilePermissions(half, PosixFilePermissions.fromString(mode));
      var text = StandardCharsets.UTF_8.encode(content);
      while (text.hasRemaining()) {
        channel.write(text);
      }
      channel.force(true);
    }
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    FileSystem.syncEntries(folder);
  }

  /** Deletes it, and its folder where nothing else is in it; whether it was there. */
  public static boolean delete(Path file) throws IOException {
    if (!Files.deleteIfExists(file)) {
      return false;
    }
    try (var others = Files.list(file.getParent())) {
      if (others.findAny().isPresent()) {
        return true;
      }
    }
    Files.deleteIfExists(file.getParent());
    return true;
  }
}
