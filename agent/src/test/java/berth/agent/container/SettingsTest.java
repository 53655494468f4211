package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.container.Settings.Origin;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final ContainerName WEB = new ContainerName("web");
  private static final ContainerName WEB2 = new ContainerName("web2");

  @TempDir Path folder;
  private Settings settings;

  @BeforeEach
  void open() {
    settings = new Settings(folder.resolve("nspawn"));
  }

  @Test
  void theOriginIsReadAsItWasWritten() throws Exception {
    var origin = new Origin(CommandId.next(), Optional.of(new ImageName("debian-13")));
    settings.write(WEB, origin);
    assertThat(settings.origin(WEB)).contains(origin);
    assertThat(settings.exist(WEB)).isTrue();
  }

  @Test
  void theFileIsOneThatPeopleCanRead() throws Exception {
    var origin =
        new Origin(
            CommandId.of("01890000-0000-7000-8000-000000000001"),
            Optional.of(new ImageName("debian-13")));
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
  void aCopyHasAMarkOfItsOwnAndThePersonsLines() throws Exception {
    var image = new ImageName("debian-13");
    settings.write(WEB, new Origin(CommandId.next(), Optional.of(image)));
    Files.writeString(settings.file(WEB), "[Files]\nBind=/srv\n", StandardOpenOption.APPEND);
    var command = CommandId.next();
    settings.copy(WEB, WEB2, command);
    assertThat(settings.origin(WEB2)).contains(new Origin(command, Optional.of(image)));
    assertThat(settings.isOf(WEB2, command)).isTrue();
    assertThat(settings.isOf(WEB, command)).isFalse();
    var ofWeb = Files.readAllLines(settings.file(WEB));
    var ofClone = Files.readAllLines(settings.file(WEB2));
    assertThat(ofClone.get(1)).isEqualTo("# command " + command);
    ofWeb.set(1, ofClone.get(1));
    assertThat(ofClone).isEqualTo(ofWeb);
  }

  @Test
  void aCopyOfWhatAPersonWroteIsOursAndOfNoImage() throws Exception {
    Files.createDirectories(settings.file(WEB).getParent());
    Files.writeString(settings.file(WEB), "[Exec]\nBoot=yes\n");
    var command = CommandId.next();
    settings.copy(WEB, WEB2, command);
    assertThat(settings.origin(WEB2)).contains(new Origin(command, Optional.empty()));
    settings.copy(new ContainerName("without"), WEB2, command);
    assertThat(settings.isOf(WEB2, command)).isTrue();
  }

  @Test
  void settingsAreMovedOnceAndNeverOverOthers() throws Exception {
    settings.write(WEB, new Origin(CommandId.next(), Optional.empty()));
    settings.move(WEB, WEB2);
    settings.move(WEB, WEB2);
    assertThat(settings.exist(WEB)).isFalse();
    assertThat(settings.exist(WEB2)).isTrue();
    settings.write(WEB, new Origin(CommandId.next(), Optional.empty()));
    assertThatThrownBy(() -> settings.move(WEB, WEB2)).isInstanceOf(IOException.class);
  }

  @Test
  void deletingWhatIsNotThereIsFine() throws Exception {
    settings.delete(WEB);
    assertThat(settings.exist(WEB)).isFalse();
  }
}
