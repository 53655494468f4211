package berth.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {
  @TempDir Path folder;

  @Test
  void aGroupIsFrozenWhenTheKernelSaysSo() throws IOException {
    var group = new Cgroup(folder);
    assertThat(group.isFrozen()).as("a kernel that says nothing").isFalse();
    Files.writeString(folder.resolve("cgroup.events"), "populated 1\nfrozen 0\n");
    assertThat(group.isFrozen()).isFalse();
    Files.writeString(folder.resolve("cgroup.events"), "populated 1\nfrozen 1\n");
    assertThat(group.isFrozen()).isTrue();
  }

  @Test
  void itsProcessesAreThoseOfTheGroupsBelowToo() throws IOException {
    Files.createDirectories(folder.resolve("a/b"));
    Files.writeString(folder.resolve("cgroup.procs"), "1\n2\n");
    Files.writeString(folder.resolve("a/b/cgroup.procs"), "3\n");
    assertThat(new Cgroup(folder).processes()).containsExactlyInAnyOrder(1L, 2L, 3L);
  }
}
