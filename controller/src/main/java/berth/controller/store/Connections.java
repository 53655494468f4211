package berth.controller.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** Opens the file as durably as SQLite can: WAL, and every commit synced before it returns. */
final class Connections {
  private static final Duration BUSY = Duration.ofSeconds(10);
  private static final int LARGEST_IDLE_WAL = 64 << 20;

  private Connections() {}

  static String url(Path file) {
    return "jdbc:sqlite:" + file.toAbsolutePath();
  }

  static Transaction writing(Path file) {
    return open(file, "BEGIN IMMEDIATE");
  }

  static Transaction reading(Path file) {
    return open(file, "BEGIN");
  }

  private static Transaction open(Path file, String begin) {
    var config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setBusyTimeout((int) BUSY.toMillis());
    config.setJournalSizeLimit(LARGEST_IDLE_WAL);
    config.enforceForeignKeys(true);
    try {
      return new Transaction(config.createConnection(url(file)), begin);
    } catch (SQLException e) {
      throw Failures.of(e);
    }
  }
}
