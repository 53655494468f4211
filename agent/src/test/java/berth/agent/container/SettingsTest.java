package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.container.Settings.Origin;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final ContainerName WEB = new ContainerName("web");

  @TempDir Path folder;
  private Settings settings;

  @BeforeEach
  void open() {
    settings = new Settings(folder.resolve("nspawn"));
  }

  @Test
  void theOriginIsReadAsItWasWritten() throws Exception {
    var origin = new Origin(CommandId.next(), new ImageName("debian-13"));
    settings.write(WEB, origin);
    assertThat(settings.origin(WEB)).contains(origin);
    assertThat(settings.exist(WEB)).isTrue();
  }

  @Test
  void theFileIsOneThatPeopleCanRead() throws Exception {
    var origin =
        new Origin(
            CommandId.of("01890000-0000-7000-8000-000000000001"), new ImageName("debian-13"));
    settings.write(WEB, origin);
    assertThat(settings.file(WEB))
        .hasContent(
            """
            # Made by Berth; change what you like below, see systemd.nspawn(5).
            # command 01890000-0000-7000-8000-000000000001
            # image debian-13

            [Exec]
            Boot=yes
            PrivateUsers=pick

            [Network]
            VirtualEthernet=yes
            """);
    try (var all = Files.list(settings.file(WEB).getParent())) {
      assertThat(all).containsExactly(settings.file(WEB));
    }
  }

  @Test
  void whatAPersonWroteHasNoOrigin() throws Exception {
    Files.createDirectories(settings.file(WEB).getParent());
    Files.writeString(settings.file(WEB), "[Exec]\nBoot=yes\n");
    assertThat(settings.origin(WEB)).isEmpty();
    assertThat(settings.exist(WEB)).isTrue();
  }

  @Test
  void aChangedMarkIsNoOriginAndNoFailure() throws Exception {
    Files.createDirectories(settings.file(WEB).getParent());
    Files.writeString(settings.file(WEB), "# Made by Berth\n# command what\n# image ../..\n");
    assertThat(settings.origin(WEB)).isEmpty();
    Files.writeString(settings.file(WEB), "");
    assertThat(settings.origin(WEB)).isEmpty();
    Files.write(settings.file(WEB), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(settings.origin(WEB)).isEmpty();
  }

  @Test
  void deletingWhatIsNotThereIsFine() throws Exception {
    settings.delete(WEB);
    assertThat(settings.exist(WEB)).isFalse();
  }
}
