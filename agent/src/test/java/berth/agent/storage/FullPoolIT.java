package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.agent.process.HostProcesses;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pools on real file systems that have no room left. */
class FullPoolIT {
  private static final ImageName DEBIAN = new ImageName("debian");
  private static final ContainerName WEB = new ContainerName("web");
  private static final ContainerName COPY = new ContainerName("copy");

  private final byte[] much = new byte[8 << 20];

  @ParameterizedTest
  @EnumSource(names = {"BTRFS", "EXT4"})
  void thePoolIsNamedWithWhatIsFreeAndNothingIsLeftInIt(Disk.Kind kind) throws Exception {
    new Random(1).nextBytes(much);
    try (var disk = Disk.of(kind)) {
      var folders = Map.of(Pools.DEFAULT, disk.root().resolve("machines"));
      var pool = Pools.open(folders, new Tools(new HostProcesses())).find(Optional.empty());
      pool.storage().make(DEBIAN, FullPoolIT::image, new FakeJob());
      pool.create(WEB, DEBIAN, _ -> {}, new FakeJob());
      var filler = disk.root().resolve("filler");
      useUp(filler);

      assertThatThrownBy(() -> pool.create(COPY, DEBIAN, this::fill, new FakeJob()))
          .satisfies(e -> {
            var problem = BerthException.problemOf(e);
            assertThat(problem.code()).isEqualTo(ProblemCode.NO_SPACE);
            assertThat(problem.message())
                .contains("container copy in the pool default", disk.root().toString(), "free");
            assertThat(problem.remedy()).isPresent();
          });

      assertThat(pool.storage().volumes()).containsExactly(WEB);
      Files.delete(filler);
      pool.create(COPY, DEBIAN, _ -> {}, new FakeJob());
      assertThat(pool.storage().volumes()).containsExactly(COPY, WEB);
    }
  }

  private void fill(Path tree) throws IOException {
    Files.write(tree.resolve("much"), much);
  }

  private static ImageRecord image(Path tree) throws IOException {
    Files.createDirectories(tree.resolve("usr/lib"));
    Files.writeString(tree.resolve("usr/lib/os-release"), "PRETTY_NAME=One");
    return new ImageRecord(Instant.now(), Optional.of("One"), "a test", Optional.empty());
  }

  private void useUp(Path file) {
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(much);
      }
    } catch (IOException _) {
      // it is full
    }
  }
}
