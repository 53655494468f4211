package berth.controller.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.MovableClock;
import berth.controller.model.Transfer;
import berth.controller.model.TransferId;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transfers that are cut off, go on, and are forgotten. */
class TransferStoreIT {
  private static final Vertx VERTX = Vertx.vertx();

  @TempDir private Path folder;
  private final MovableClock clock = new MovableClock();
  private TransferStore store;

  @BeforeEach
  void open() throws Exception {
    store = TransferStore.open(VERTX, folder, clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @AfterAll
  static void closeAll() {
    done(VERTX.close());
  }

  @Test
  void piecesGrowToAStream() {
    var id = done(store.begin()).transfer();
    assertThat(write(id, 0, "hello ")).isEqualTo(new Transfer(id, ByteSize.of(6)));
    assertThat(write(id, 6, "you").size().bytes()).isEqualTo(9);
    assertThat(done(store.find(id)).file()).hasContent("hello you");
  }

  @Test
  void aPieceThatComesAgainReplacesWhatIsThereFromItsPlaceOn() {
    var id = done(store.begin()).transfer();
    write(id, 0, "hello you");
    write(id, 6, "me");
    assertThat(done(store.find(id)).file()).hasContent("hello me");
    write(id, 0, "");
    assertThat(done(store.find(id)).transfer().size().bytes()).isZero();
  }

  @Test
  void whatWasAcknowledgedIsThereAfterARestart() throws Exception {
    var id = done(store.begin()).transfer();
    write(id, 0, "hello");
    store.close();
    store = TransferStore.open(VERTX, folder, clock);
    write(id, 5, " you");
    assertThat(done(store.find(id)).file()).hasContent("hello you");
  }

  @Test
  void aGapIsRefused() {
    var id = done(store.begin()).transfer();
    assertProblem(() -> write(id, 1, "x"), ProblemCode.CONFLICT);
    assertThat(done(store.find(id)).transfer().size().bytes()).isZero();
  }

  @Test
  void oneThatIsNotThereIsNotFoundAndMayBeEndedAllTheSame() {
    var id = TransferId.next();
    assertProblem(() -> done(store.find(id)), ProblemCode.NOT_FOUND);
    assertProblem(() -> write(id, 0, "x"), ProblemCode.NOT_FOUND);
    done(store.end(id));
  }

  @Test
  void oneIsKeptAsLongAsItIsUsedAndWaitedFor() throws Exception {
    var used = done(store.begin()).transfer();
    var held = done(store.begin()).transfer();
    var idle = done(store.begin()).transfer();
    done(store.hold(held, Duration.ofHours(5)));
    clock.forward(TransferStore.IDLE.minusMinutes(1));
    write(used, 0, "x");
    clock.forward(Duration.ofMinutes(2));
    done(store.sweep());
    assertThat(names()).containsExactlyInAnyOrder(used.hex(), held.hex());
    assertProblem(() -> done(store.find(idle)), ProblemCode.NOT_FOUND);
    write(held, 0, "a write does not shorten it");
    clock.forward(Duration.ofHours(4));
    done(store.sweep());
    assertThat(names()).containsExactly(held.hex());
    clock.forward(Duration.ofHours(3));
    done(store.sweep());
    assertThat(names()).isEmpty();
  }

  private java.util.List<String> names() throws Exception {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private Transfer write(TransferId id, long offset, String text) {
    var writer = done(store.append(id, offset));
    done(writer.write(Buffer.buffer(text)));
    return done(writer.finish());
  }

  private static void assertProblem(ThrowingCallable call, ProblemCode code) {
    assertThatThrownBy(call)
        .cause()
        .isInstanceOfSatisfying(
            BerthException.class, e -> assertThat(e.problem().code()).isEqualTo(code));
  }

  private static <T> T done(Future<T> future) throws CompletionException {
    return future.toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
