package berth.controller.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.model.Upload;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads on real file systems, also on a full one. */
class UploadStoreIT {
  private static final Vertx VERTX = Vertx.vertx();

  /** Of "hello" (checked with sha256sum(1)). */
  private static final Sha256 HELLO =
      Sha256.of("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");

  @TempDir private Path folder;

  @AfterAll
  static void close() {
    done(VERTX.close());
  }

  @Test
  void anUploadIsFoundByItsContent() throws Exception {
    try (var store = UploadStore.open(VERTX, folder)) {
      var upload = write(store, "hel", "lo");

      assertThat(upload).isEqualTo(new Upload(HELLO, ByteSize.of(5)));
      assertThat(done(store.find(HELLO)))
          .isEqualTo(new StoredUpload(upload, folder.resolve(HELLO.hex())));
      assertThat(folder.resolve(HELLO.hex())).hasContent("hello");
      assertThat(files(folder)).isEqualTo(1);
    }
  }

  @Test
  void theSameContentTwiceIsOneFile() throws Exception {
    try (var store = UploadStore.open(VERTX, folder)) {
      assertThat(write(store, "hello")).isEqualTo(write(store, "h", "ello"));
      assertThat(files(folder)).isEqualTo(1);
    }
  }

  @Test
  void nothingIsThereBeforeTheEnd() throws Exception {
    try (var store = UploadStore.open(VERTX, folder)) {
      var writer = done(store.begin(OptionalLong.empty()));
      done(writer.write(Buffer.buffer("hello")));

      assertProblem(store.find(HELLO), ProblemCode.NOT_FOUND);
      done(writer.discard());
      assertThat(files(folder)).isZero();
    }
  }

  @Test
  void whatACrashLeftIsSweptAndTheRestStays() throws Exception {
    try (var store = UploadStore.open(VERTX, folder)) {
      write(store, "hello");
      done(done(store.begin(OptionalLong.empty())).write(Buffer.buffer("half")));
      assertThat(files(folder)).isEqualTo(2);
    }
    try (var store = UploadStore.open(VERTX, folder)) {
      assertThat(files(folder)).isEqualTo(1);
      assertThat(done(store.find(HELLO)).upload().size()).isEqualTo(ByteSize.of(5));
    }
  }

  @Test
  void aFullDiskIsToldAndNothingIsLeft() throws Exception {
    run("mount", "-t", "tmpfs", "-o", "size=256k", "berth-upload-test", folder.toString());
    try (var store = UploadStore.open(VERTX, folder)) {
      var writer = done(store.begin(OptionalLong.empty()));
      assertProblem(writer.write(Buffer.buffer(new byte[1024 * 1024])), ProblemCode.NO_SPACE);
      assertThat(files(folder)).isZero();

      assertProblem(store.begin(OptionalLong.of(1024 * 1024)), ProblemCode.NO_SPACE);
      assertThat(files(folder)).isZero();

      assertThat(write(store, "hello").sha256()).isEqualTo(HELLO);
    } finally {
      run("umount", folder.toString());
    }
  }

  private static Upload write(UploadStore store, String... pieces) {
    var writer = done(store.begin(OptionalLong.empty()));
    for (var piece : pieces) {
      done(writer.write(Buffer.buffer(piece)));
    }
    return done(writer.finish());
  }

  private static void assertProblem(Future<?> future, ProblemCode code) {
    assertThatThrownBy(() -> done(future))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            BerthException.class, e -> assertThat(e.problem().code()).isEqualTo(code));
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static long files(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.count();
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
