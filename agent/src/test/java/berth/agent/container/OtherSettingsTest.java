package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherSettingsTest {
  private static final ContainerName WEB = new ContainerName("web");
  private static final ContainerName SHOP = new ContainerName("shop");

  @TempDir Path run;
  @TempDir Path machines;
  private OtherSettings others;

  @BeforeEach
  void write() throws IOException {
    others = new OtherSettings(List.of(run, machines));
    Files.writeString(run.resolve("web.nspawn"), "run");
    Files.writeString(machines.resolve("web.nspawn"), "beside");
    Files.createDirectory(machines.resolve("web"));
  }

  @Test
  void theyGoAlongWithAnotherNameAndARepeatFindsThemMoved() throws IOException {
    others.move(WEB, SHOP);
    others.move(WEB, SHOP);
    assertThat(others.of(WEB)).isEmpty();
    assertThat(run.resolve("shop.nspawn")).hasContent("run");
    assertThat(machines.resolve("shop.nspawn")).hasContent("beside");
    assertThat(machines.resolve("web")).isDirectory();
  }

  @Test
  void theyGoWithTheContainer() throws IOException {
    others.delete(WEB);
    others.delete(WEB);
    assertThat(others.of(WEB)).isEmpty();
    assertThat(machines.resolve("web")).isDirectory();
  }
}
