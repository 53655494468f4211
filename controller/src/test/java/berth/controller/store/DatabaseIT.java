package berth.controller.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.CoreFixture;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database on a file system of its own that is small. */
class DatabaseIT {
  private static final String INSERT =
      "INSERT INTO event (stored, at, kind, body) VALUES (0, 0, 'test', ?)";

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private Database database;

  @BeforeEach
  void mount() throws Exception {
    run("mount", "-t", "tmpfs", "-o", "size=4m", "berth-test", folder.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    CoreFixture.await(database.close());
    CoreFixture.await(vertx.close());
    run("umount", folder.toString());
  }

  @Test
  void aFullDiskIsToldAndWritingGoesOnOnceThereIsRoom() throws IOException {
    database = Database.open(folder.resolve("berth.db"), vertx.getOrCreateContext());
    var filler = Files.write(folder.resolve("filler"), new byte[1 << 20]);
    var written = 0;
    Throwable failure = null;
    while (failure == null && written < 1_000) {
      try {
        insert();
        written++;
      } catch (BerthException e) {
        failure = e;
      }
    }

    assertThat(BerthException.problemOf(failure).code()).isEqualTo(ProblemCode.NO_SPACE);
    assertThatThrownBy(this::insert).isInstanceOf(BerthException.class);
    assertThat(rows()).isEqualTo(written);

    Files.delete(filler);
    insert();
    assertThat(rows()).isEqualTo(written + 1);
  }

  private void insert() {
    CoreFixture.await(database.write(tx -> tx.execute(INSERT, "x".repeat(20_000))));
  }

  private long rows() {
    return CoreFixture.await(
            database.read(tx -> tx.one("SELECT COUNT(*) AS n FROM event", row -> row.number("n"))))
        .orElseThrow();
  }

  private static void run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }
}
