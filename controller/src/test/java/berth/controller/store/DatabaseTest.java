package berth.controller.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.CoreFixture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private Database database;

  @BeforeEach
  void open() {
    database = Database.open(folder.resolve("berth.db"), vertx.getOrCreateContext());
  }

  @AfterEach
  void close() {
    CoreFixture.await(database.close());
    CoreFixture.await(vertx.close());
  }

  @Test
  void whatWasWrittenIsReadAtOnceAndAfterOpeningAgain() {
    CoreFixture.await(seen("lab1"));
    assertThat(CoreFixture.await(database.read(DatabaseTest::names))).containsExactly("lab1");

    CoreFixture.await(database.close());
    open();

    assertThat(CoreFixture.await(database.read(DatabaseTest::names))).containsExactly("lab1");
  }

  @Test
  void workThatFailsInABatchTakesBackWhatItWroteAndNothingElse() {
    var blocked = new CountDownLatch(1);
    var first = database.write(_ -> waited(blocked));
    var before = seen("before");
    var failing =
        database.write(tx -> {
          insert(tx, "half");
          throw new IllegalStateException("on purpose");
        });
    var after = seen("after");
    blocked.countDown();

    CoreFixture.await(Future.join(first, before, after));

    assertThatThrownBy(() -> CoreFixture.await(failing)).hasMessage("on purpose");
    assertThat(CoreFixture.await(database.read(DatabaseTest::names)))
        .containsExactly("after", "before");
  }

  @Test
  void writesCompleteInTheOrderOfTheCalls() {
    var order = new ArrayList<Integer>();
    var writes = new ArrayList<Future<Integer>>();
    for (var i = 0; i < 2_000; i++) {
      var number = i;
      writes.add(seen("host" + i).map(number).onSuccess(order::add));
    }
    CoreFixture.await(Future.all(writes));

    assertThat(order).isSorted().hasSize(2_000);
  }

  @Test
  void everyCommitIsSyncedToTheDisk() {
    var settings =
        CoreFixture.await(
            database.write(tx ->
                List.of(
                    tx.one("PRAGMA synchronous", row -> row.text("synchronous")).orElseThrow(),
                    tx.one("PRAGMA journal_mode", row -> row.text("journal_mode")).orElseThrow())));

    assertThat(settings).containsExactly("2", "wal");
  }

  @Test
  void anotherProcessThatHoldsTheFileIsTold() throws SQLException {
    try (var other = DriverManager.getConnection(Connections.url(folder.resolve("berth.db")));
        var statement = other.createStatement()) {
      CoreFixture.await(
          database.write(tx -> tx.one("PRAGMA busy_timeout = 50", row -> row.number("timeout"))));
      statement.execute("BEGIN IMMEDIATE");

      assertThatThrownBy(() -> CoreFixture.await(seen("lab1")))
          .hasMessageContaining("another process holds the controller's database");

      statement.execute("ROLLBACK");
    }
    CoreFixture.await(seen("lab1"));
  }

  private Future<Void> seen(String host) {
    return database.write(tx -> {
      insert(tx, host);
      return null;
    });
  }

  private static void insert(Transaction tx, String host) {
    tx.execute("INSERT INTO host (name, first_seen, status) VALUES (?, 0, 'OFFLINE')", host);
  }

  private static List<String> names(Transaction tx) {
    return tx.query("SELECT name FROM host ORDER BY name", row -> row.text("name"));
  }

  private static Void waited(CountDownLatch latch) {
    try {
      latch.await();
      return null;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
