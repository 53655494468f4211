package berth.controller.lab.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.lab.machine.CgroupLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootTarballTest {
  private static final List<AptSource> SOURCES =
      new AptSources(List.of()).of(Release.TRIXIE, Optional.of("http://a.example/debian"));
  private static final CgroupLayout HYBRID =
      new CgroupLayout(Path.of("/sys/fs/cgroup/unified"), Optional.of(Path.of("/sys/fs/cgroup/s")));
  private static final CgroupLayout PURE =
      new CgroupLayout(Path.of("/sys/fs/cgroup"), Optional.empty());

  @Test
  void whatItIsMadeFromIsInItsName() {
    var cache = Path.of("/cache");
    var elsewhere =
        new AptSources(List.of()).of(Release.TRIXIE, Optional.of("http://b.example/debian"));
    var one = RootTarball.host(Release.TRIXIE, SOURCES).file(cache);

    assertThat(one).isEqualTo(RootTarball.host(Release.TRIXIE, SOURCES).file(cache));
    assertThat(one.getFileName().toString()).matches("host-trixie-[0-9a-f]{10}\\.tar\\.zst");
    assertThat(one).isNotEqualTo(RootTarball.host(Release.TRIXIE, elsewhere).file(cache));
    assertThat(one).isNotEqualTo(RootTarball.guest(Release.TRIXIE, SOURCES).file(cache));
  }

  @Test
  void purgeRemovesWhatIsKeptAndNothingElse(@TempDir Path cache) throws IOException {
    Files.writeString(RootTarball.host(Release.TRIXIE, SOURCES).file(cache), "");
    Files.createDirectories(cache.resolve(".tmp-work/root"));
    Files.writeString(cache.resolve("mine.tar.zst"), "");

    RootTarball.purge(cache);

    try (var left = Files.list(cache)) {
      assertThat(left).containsExactly(cache.resolve("mine.tar.zst"));
    }
  }

  @Test
  void systemdFrom258OnIsRefusedBesideControlGroupsOfVersion1() {
    assertThat(Release.FORKY.refusal(HYBRID))
        .get()
        .asString()
        .contains("forky")
        .contains("version 1");
    assertThat(Release.FORKY.refusal(PURE)).isEmpty();
    assertThat(Release.TRIXIE.refusal(HYBRID)).isEmpty();
  }

  @Test
  void anUnknownReleaseIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> Release.of("potato"))
        .hasMessageContaining("potato")
        .hasMessageContaining("bookworm, trixie");
  }
}
