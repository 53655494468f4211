package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.state.PoolState.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of storage on the file systems of this machine's kernel. */
@ParameterizedClass
@EnumSource(names = {"BTRFS", "XFS", "EXT4"})
class StorageBackendIT extends StorageContract {
  @Parameter Disk.Kind kind;

  @Override
  protected Ground ground() throws IOException {
    return new FolderGround(kind);
  }

  @Override
  protected Layout layout() {
    return kind == Disk.Kind.BTRFS ? Layout.BTRFS : Layout.DIRECTORY;
  }

  @Test
  void aSizeThatThisPoolCannotKeepIsRefusedAndNoSizeIsFine() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    storage.create(WEB, DEBIAN, tree -> {}, new FakeJob());
    storage.limit(WEB, Optional.empty());
    assertThat(storage.features().sizeLimit()).isFalse();
    assertThatThrownBy(() -> storage.limit(WEB, Optional.of(ByteSize.parse("1GiB"))))
        .satisfies(
            e -> assertThat(BerthException.problemOf(e).code()).isEqualTo(ProblemCode.UNSUPPORTED));
    assertThatThrownBy(() -> storage.limit(new ContainerName("none"), Optional.empty()))
        .hasMessageContaining("none");
  }

  @Test
  void sweepingTakesWhatIsOursAndLeavesWhatIsNot() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    filled(Files.createDirectory(storage.folder().resolve(".#berth.new.web.1")), "Half");
    Files.createDirectories(storage.folder().resolve(".#berth.rm.db.2/usr"));
    var foreign = Files.createFile(storage.folder().resolve(".#guest.lck"));
    var other = Files.createDirectory(storage.folder().resolve(".#guest.123"));
    var today = Files.createFile(storage.fetching("today"));
    var old = Files.createFile(storage.fetching("old"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    storage.sweep();
    try (var left = Files.list(storage.folder())) {
      var image = storage.images().getFirst().tree();
      assertThat(left).containsExactlyInAnyOrder(foreign, other, today, image);
    }
  }
}
