package berth.controller.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;

/**
 * The controller's database: an SQLite file, in WAL mode with every commit synced to disk.
 *
 * <p>One thread writes. It takes what has gathered since its last commit into one transaction, so
 * that a burst costs few syncs and a single write still waits for nobody. A few threads read, each
 * from the newest commit. All futures complete on one context, those of writes in the order of the
 * calls.
 */
public final class Database {
  private final Writer writer;
  private final Readers readers;

  private Database(Writer writer, Readers readers) {
    this.writer = writer;
    this.readers = readers;
  }

  /**
   * Opens or makes the file and brings its tables to the newest version. Blocks.
   *
   * @param context where all futures complete
   */
  public static Database open(Path file, Context context) {
    migrate(Connections.url(file));
    return new Database(new Writer(Connections.writing(file), context), new Readers(file, context));
  }

  /** Writes in a transaction; done when it is durable. */
  public <T> Future<T> write(Work<T> work) {
    return writer.write(work);
  }

  /** Reads from one state of the database. */
  public <T> Future<T> read(Work<T> work) {
    return readers.read(work);
  }

  /** Finishes what was asked for before and closes the file. */
  public Future<Void> close() {
    return writer
        .close()
        .map(_ -> {
          readers.close();
          return null;
        });
  }

  private static void migrate(String url) {
    Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:db/migration")
        .load()
        .migrate();
  }
}
