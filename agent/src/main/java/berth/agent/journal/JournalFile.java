package berth.agent.journal;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the journal's file for this process alone, and sets aside one that can't be read. */
final class JournalFile {
  private static final Logger LOG = LoggerFactory.getLogger(JournalFile.class);

  /** Errors of the file's content; all others may pass, and the file stays where it is. */
  private static final Set<Integer> UNREADABLE =
      Set.of(
          DataUtils.ERROR_READING_FAILED,
          DataUtils.ERROR_INTERNAL,
          DataUtils.ERROR_UNSUPPORTED_FORMAT,
          DataUtils.ERROR_FILE_CORRUPT,
          DataUtils.ERROR_SERIALIZATION,
          DataUtils.ERROR_CHUNK_NOT_FOUND,
          DataUtils.ERROR_BLOCK_NOT_FOUND);

  private static final int HEADER_BYTES = 256;
  private static final Pattern HEADER_VERSION = Pattern.compile("^H:[^\n]*,version:([0-9a-f]+)");

  private final Path path;

  JournalFile(Path folder) {
    this.path = folder.resolve("journal.mv");
  }

  Path path() {
    return path;
  }

  /** The open file and, where an older one could not be read, what that is called now. */
  record Opened(Maps maps, Optional<Path> setAside) {}

  /** Opens it and reads all of it once, so that damage shows now. */
  Opened open() {
    try {
      return new Opened(read(), Optional.empty());
    } catch (MVStoreException e) {
      if (!UNREADABLE.contains(e.getErrorCode())) {
        throw refused(e);
      }
      var aside = setAside(e);
      return new Opened(read(), Optional.of(aside));
    }
  }

  /** Opens it again after it had been open in this process; never sets it aside. */
  Maps reopen() {
    return new Maps(store());
  }

  private Maps read() {
    var promised = newestVersion();
    var maps = new Maps(store());
    try {
      if (maps.store().getCurrentVersion() < promised) {
        throw DataUtils.newMVStoreException(
            DataUtils.ERROR_FILE_CORRUPT, "the file lacks its newest part");
      }
      maps.readAll();
      return maps;
    } catch (MVStoreException e) {
      maps.store().closeImmediately();
      throw e;
    }
  }

  /**
   * The version that the file's header tells of. Where the part that holds it is gone, the store
   * would fall back to an older one without a word. The header is written at each close and not at
   * each commit, so it tells of less than there is after a crash.
   */
  private long newestVersion() {
    try (var in = Files.newInputStream(path)) {
      var header = new String(in.readNBytes(HEADER_BYTES), StandardCharsets.ISO_8859_1);
      var version = HEADER_VERSION.matcher(header);
      return version.find() ? Long.parseLong(version.group(1), 16) : 0;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the journal " + path, e);
    }
  }

  private MVStore store() {
    create();
    // Without a writer of its own it commits when it is told to, and only then.
    return new MVStore.Builder()
        .fileName(path.toString())
        .autoCommitDisabled()
        .autoCommitBufferSize(0)
        .cacheSize(1)
        .compress()
        .open();
  }

  private void create() {
    try {
      Files.createDirectories(
          path.getParent(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException _) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException("can't make the journal " + path, e);
    }
  }

  private Path setAside(MVStoreException why) {
    var aside =
        path.resolveSibling(
            "journal." + Instant.now().truncatedTo(ChronoUnit.MILLIS) + ".unreadable");
    try {
      Files.move(path, aside);
    } catch (IOException e) {
      throw new UncheckedIOException("can't set the unreadable journal " + path + " aside", e);
    }
    LOG.error("the journal can't be read and is kept as {}; a new one begins", aside, why);
    return aside;
  }

  private BerthException refused(MVStoreException e) {
    if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
      return new BerthException(
          ProblemCode.CONFLICT,
          "another agent is running on " + path.getParent(),
          "stop it, or give this one a state folder of its own");
    }
    throw e;
  }
}
