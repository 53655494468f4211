package berth.agent.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.Eventually;
import berth.agent.dispatch.FakeJob;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class DownloadTest {
  private static final int SIZE = 3_000_000;

  @TempDir Path folder;
  private final byte[] content = new byte[SIZE];
  private final FakeJob job = new FakeJob();
  private FileServer server;
  private Path file;
  private Sha256 sha;

  @BeforeEach
  void serve() throws Exception {
    new Random(1).nextBytes(content);
    sha = Sha256.of(MessageDigest.getInstance("SHA-256").digest(content));
    server = new FileServer(content);
    file = folder.resolve("file");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aFileArrivesWhole() throws Exception {
    fetch(URI.create("/file"), Duration.ofSeconds(5));
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    assertThat(job.progress).anyMatch(text -> text.startsWith("fetched "));
  }

  @Test
  void aDiskThatIsFullIsToldAtOnce() {
    file = Path.of("/dev/full");
    assertThatThrownBy(() -> fetch(URI.create("/file"), Duration.ofMinutes(1)))
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.NO_SPACE));
  }

  @Test
  void itGoesOnWhereItWasCutOff() throws Exception {
    server.lengths = List.of(1_000_000, 500_000, SIZE);
    fetch(URI.create("/file"), Duration.ofSeconds(20));
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    assertThat(server.ranges).containsExactly("bytes=0-", "bytes=1000000-", "bytes=1500000-");
  }

  @Test
  void itGoesOnWhereAnAgentThatDiedWas() throws Exception {
    Files.write(file, java.util.Arrays.copyOf(content, 2_000_000));
    fetch(server.base().resolve("/file"), Duration.ofSeconds(5));
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    assertThat(server.ranges).containsExactly("bytes=2000000-");
  }

  @Test
  void aServerThatIsAwayForAMomentIsWaitedFor() throws Exception {
    server.status = 503;
    var fetched =
        CompletableFuture.runAsync(() -> sneaky(URI.create("/file"), Duration.ofSeconds(20)));
    Eventually.holds("it asks again", () -> server.ranges.size() >= 2);
    server.status = 0;
    fetched.join();
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
  }

  @Test
  void aServerThatStaysAwayIsNamed() {
    server.status = 503;
    assertThatThrownBy(() -> fetch(URI.create("/file"), Duration.ofMillis(500)))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).isEqualTo(ProblemCode.UNAVAILABLE);
          assertThat(problem.message()).contains(server.base() + "/file");
        });
  }

  @Test
  void whatIsNotThereIsNotWaitedFor() {
    server.status = 404;
    assertThatThrownBy(() -> fetch(URI.create("/file"), Duration.ofMinutes(5)))
        .satisfies(
            e -> assertThat(BerthException.problemOf(e).code()).isEqualTo(ProblemCode.NOT_FOUND));
    assertThat(server.ranges).hasSize(1);
  }

  @Test
  void aFileWithAnotherSumIsRefused() {
    content[7]++;
    assertThatThrownBy(() -> fetch(URI.create("/file"), Duration.ofSeconds(5)))
        .hasMessageContaining("SHA-256")
        .hasMessageContaining(sha.hex());
  }

  @Test
  void aCancelledOneEndsAtOnceAlsoWhileItWaits() {
    server.status = 503;
    var fetched =
        CompletableFuture.runAsync(() -> sneaky(URI.create("/file"), Duration.ofMinutes(5)));
    Eventually.holds("it asks", () -> !server.ranges.isEmpty());
    job.cancel();
    assertThatThrownBy(fetched::join)
        .cause()
        .satisfies(
            e -> assertThat(BerthException.problemOf(e).code()).isEqualTo(ProblemCode.CANCELLED));
  }

  private void fetch(URI location, Duration patience) throws Exception {
    new Download(server.base(), patience).fetch(location, sha, ByteSize.of(SIZE), file, job);
  }

  private void sneaky(URI location, Duration patience) {
    try {
      fetch(location, patience);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
