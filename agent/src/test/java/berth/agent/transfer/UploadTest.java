package berth.agent.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class UploadTest {
  private static final int PIECE = 4 << 20;

  private final byte[] bytes = new byte[PIECE + 5];
  private TransferServer server;

  @BeforeEach
  void serve() throws IOException {
    new Random(1).nextBytes(bytes);
    server = new TransferServer();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aStreamIsSentInPieces() throws IOException {
    send(new FakeJob());
    assertThat(server.content()).isEqualTo(bytes);
    assertThat(server.offsets).containsExactly(0, PIECE);
  }

  @Test
  void aPieceThatIsNotTakenIsSentAgain() throws IOException {
    server.failures.set(2);
    send(new FakeJob());
    assertThat(server.content()).isEqualTo(bytes);
    assertThat(server.offsets).containsExactly(0, 0, 0, PIECE);
  }

  @Test
  void anEmptyStreamReplacesWhatWasThere() throws IOException {
    server.content(bytes);
    try (var upload = new Upload(server.address(), new FakeJob())) {
      upload.complete();
    }
    assertThat(server.content()).isEmpty();
  }

  @Test
  void aFullDiskOfTheControllersIsToldAtOnce() {
    server.problem = "NO_SPACE";
    assertThatThrownBy(() -> send(new FakeJob()))
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.NO_SPACE));
    assertThat(server.offsets).hasSize(1);
  }

  @Test
  void aServerThatStaysAwayEndsIt() {
    var nobody = URI.create("http://127.0.0.1:1/transfer");
    assertThatThrownBy(
            () -> {
              try (var upload = new Upload(nobody, Duration.ofMillis(500), new FakeJob())) {
                upload.complete();
              }
            })
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.UNAVAILABLE));
  }

  @Test
  void aCancelEndsItWhileItWaits() {
    server.failures.set(1000);
    var job = new FakeJob();
    var _ =
        Thread.startVirtualThread(() -> {
          while (server.offsets.isEmpty()) {
            Thread.onSpinWait();
          }
          job.cancel();
        });
    assertThatThrownBy(() -> send(job))
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.CANCELLED));
  }

  private void send(FakeJob job) throws IOException {
    try (var upload = new Upload(server.address(), job)) {
      upload.write(bytes);
      upload.complete();
    }
  }
}
