package berth.agent.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * The hidden files {@code .#berth.fetch.NAME} of a pool's folder, in which what is fetched waits to
 * be whole.
 */
public record FetchedFiles(Path folder) {
  private static final String BEGINNING = ".#berth.fetch.";
  private static final Duration KEPT = Duration.ofDays(1);

  /** A place for one. */
  public Path of(String name) {
    return folder.resolve(BEGINNING + name);
  }

  /** Removes those to which nobody has written for a day. */
  public void sweep() throws IOException {
    try (var all = Files.newDirectoryStream(folder, BEGINNING + "*")) {
      for (var file : all) {
        var written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
        if (written.plus(KEPT).isBefore(Instant.now())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
