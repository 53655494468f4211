package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.systemd.UnitName;
import berth.protocol.ContainerName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DropInsTest {
  private static final UnitName WEB = UnitName.of(new ContainerName("web"));
  private static final UnitName WWW = UnitName.of(new ContainerName("www"));

  @TempDir Path folder;
  private DropIns dropIns;
  private Path limits;

  @BeforeEach
  void write() throws Exception {
    dropIns = new DropIns(List.of(folder, folder.resolve("absent")));
    limits = Files.createDirectory(folder.resolve(WEB + ".d")).resolve("50-TasksMax.conf");
    Files.writeString(limits, "[Service]\nTasksMax=99\n");
  }

  @Test
  void aCopyLeavesWhatItCopies() throws Exception {
    assertThat(dropIns.copy(WEB, WWW)).isTrue();
    assertThat(folder.resolve(WWW + ".d/50-TasksMax.conf")).hasSameTextualContentAs(limits);
    assertThat(dropIns.exist(WEB)).isTrue();
  }

  @Test
  void aMoveThatWasCutOffGoesOn() throws Exception {
    Files.createDirectory(folder.resolve(WWW + ".d"));
    Files.writeString(folder.resolve(WWW + ".d/10-first.conf"), "moved before");
    assertThat(dropIns.move(WEB, WWW)).isTrue();
    assertThat(dropIns.move(WEB, WWW)).isFalse();
    assertThat(dropIns.exist(WEB)).isFalse();
    assertThat(folder.resolve(WWW + ".d/10-first.conf")).hasContent("moved before");
    assertThat(folder.resolve(WWW + ".d/50-TasksMax.conf")).exists();
  }

  @Test
  void thereNeedNotBeAny() throws Exception {
    assertThat(dropIns.move(WWW, WEB)).isFalse();
    assertThat(dropIns.exist(WWW)).isFalse();
  }
}
