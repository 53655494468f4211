package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.container.Settings.Origin;
import berth.agent.container.Settings.Waiting;
import berth.agent.container.Settings.Written;
import berth.agent.settings.Entry;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.Wire;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.state.ContainerState.Drift;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final ContainerName WEB = new ContainerName("web");
  private static final ContainerName WEB2 = new ContainerName("web2");
  private static final Origin ORIGIN =
      new Origin(CommandId.of("01890000-0000-7000-8000-000000000001"), new ImageName("debian-13"));
  private static final ContainerSpec SHOP =
      spec(
          "{\"hostname\":\"shop\",\"limits\":{\"memory\":\"1GiB\"},\"labels\":{\"tier\":\"web\"}}");

  @TempDir Path folder;
  private Settings settings;

  @BeforeEach
  void open() {
    settings = new Settings(folder.resolve("nspawn"), folder.resolve("system"));
  }

  @Test
  void whatIsReadIsWhatWasWritten() throws Exception {
    var written =
        new Written(
            ORIGIN,
            SHOP,
            List.of(new Entry("Exec", "LinkJournal", "host")),
            new Waiting("4711", Set.of("hostname", "binds")));
    assertThat(settings.write(WEB, written)).as("the drop-in changed").isTrue();
    assertThat(settings.read(WEB)).contains(written);
    assertThat(settings.origin(WEB)).contains(ORIGIN);
    assertThat(settings.exist(WEB)).isTrue();
    assertThat(settings.write(WEB, written)).as("the drop-in changed").isFalse();
  }

  @Test
  void theFileIsOneThatPeopleCanRead() throws Exception {
    settings.write(WEB, ORIGIN);
    assertThat(settings.file(WEB))
        .hasContent(
            """
            # Made by Berth; edits by hand are seen, and not overwritten unasked; see systemd.nspawn(5)
            # command 01890000-0000-7000-8000-000000000001
            # image debian-13
            # spec {}
            # sum SUM

            [Exec]
            Boot=yes
            PrivateUsers=pick

            [Network]
            VirtualEthernet=yes
            """
                .replace("SUM", sum(settings.file(WEB))));
    try (var all = Files.list(settings.file(WEB).getParent())) {
      assertThat(all).containsExactly(settings.file(WEB));
    }
    assertThat(settings.dropIn(WEB).getParent()).doesNotExist();
  }

  @Test
  void whatTheUnitNeedsIsInADropInOfItsOwn() throws Exception {
    settings.write(WEB, Written.of(ORIGIN, SHOP));
    assertThat(Files.readString(settings.file(WEB)))
        .contains(
            "# spec {\"labels\":{\"tier\":\"web\"},\"hostname\":\"shop\","
                + "\"limits\":{\"memory\":1073741824}}\n");
    assertThat(settings.dropIn(WEB))
        .isEqualTo(folder.resolve("system/systemd-nspawn@web.service.d/50-berth.conf"))
        .hasContent(
            """
            # Made by Berth; edits by hand are seen, and not overwritten unasked; see systemd.service(5)
            # sum SUM

            [Service]
            MemoryMax=1G
            """
                .replace("SUM", sum(settings.dropIn(WEB))));
    assertThat(settings.write(WEB, Written.of(ORIGIN, ContainerSpec.DEFAULT))).isTrue();
    assertThat(settings.dropIn(WEB).getParent()).doesNotExist();
  }

  @Test
  void whatIsChangedByHandIsDriftByItsKeys() throws Exception {
    settings.write(WEB, Written.of(ORIGIN, SHOP));
    assertThat(settings.drift(WEB)).isEmpty();
    edit(settings.file(WEB), "Hostname=shop", "Hostname=mine\nLinkJournal=host");
    edit(settings.dropIn(WEB), "MemoryMax=1G", "MemoryMax=2G");
    assertThat(settings.drift(WEB))
        .containsExactly(
            new Drift(settings.file(WEB).toString(), List.of("Exec.Hostname", "Exec.LinkJournal")),
            new Drift(settings.dropIn(WEB).toString(), List.of("Service.MemoryMax")));
    assertThat(settings.read(WEB).map(Written::spec)).contains(SHOP);
  }

  @Test
  void aCommentByHandIsDriftWithoutAKeyAndAMissingDropInIsAllOfIts() throws Exception {
    settings.write(WEB, Written.of(ORIGIN, SHOP));
    edit(settings.file(WEB), "[Exec]", "[Exec]\n# mine");
    Files.delete(settings.dropIn(WEB));
    assertThat(settings.drift(WEB))
        .containsExactly(
            new Drift(settings.file(WEB).toString(), List.of()),
            new Drift(settings.dropIn(WEB).toString(), List.of("Service.MemoryMax")));
  }

  @Test
  void whatIsKeptIsNoDrift() throws Exception {
    var kept = List.of(new Entry("Exec", "LinkJournal", "host"));
    settings.write(WEB, new Written(ORIGIN, SHOP, kept, Waiting.NONE));
    assertThat(settings.drift(WEB)).isEmpty();
    edit(settings.file(WEB), "Hostname=shop", "Hostname=mine");
    assertThat(settings.drift(WEB).getFirst().keys()).containsExactly("Exec.Hostname");
  }

  @Test
  void anAdoptedFileStaysAsItIsBelowWhatBerthKnows() throws Exception {
    var byHand = "# mine\n[Exec]\nBoot=on\nLinkJournal=host\n";
    Files.createDirectories(settings.folder());
    Files.writeString(settings.file(WEB), byHand);
    var kept = List.of(new Entry("Exec", "LinkJournal", "host"));
    var adopted =
        new Written(
            new Origin(ORIGIN.command(), Optional.empty()),
            ContainerSpec.DEFAULT,
            kept,
            Waiting.NONE);
    settings.adopt(WEB, adopted);
    assertThat(Files.readString(settings.file(WEB))).startsWith("# Made by").endsWith(byHand);
    assertThat(settings.read(WEB)).contains(adopted);
    assertThat(settings.drift(WEB)).isEmpty();
  }

  @Test
  void oneThatWasMadeBeforeThereWereSpecificationsIsReadFromItsSettings() throws Exception {
    Files.createDirectories(settings.folder());
    Files.writeString(
        settings.file(WEB),
        """
        # Made by Berth; change what you like below, see systemd.nspawn(5).
        # command 01890000-0000-7000-8000-000000000001
        # image debian-13

        [Exec]
        Boot=yes
        PrivateUsers=no
        """);
    assertThat(settings.origin(WEB)).contains(ORIGIN);
    assertThat(settings.read(WEB).map(Written::spec)).contains(spec("{\"privateUsers\":\"no\"}"));
    assertThat(settings.drift(WEB)).isEmpty();
  }

  @Test
  void whatAPersonWroteHasNoOrigin() throws Exception {
    Files.createDirectories(settings.file(WEB).getParent());
    Files.writeString(settings.file(WEB), "[Exec]\nBoot=yes\n");
    assertThat(settings.origin(WEB)).isEmpty();
    assertThat(settings.read(WEB)).isEmpty();
    assertThat(settings.drift(WEB)).isEmpty();
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
    assertThat(settings.drift(WEB)).isEmpty();
  }

  @Test
  void aCopyHasAMarkOfItsOwnAndThePersonsLinesButNoNameForItself() throws Exception {
    settings.write(WEB, Written.of(ORIGIN, SHOP));
    Files.writeString(settings.file(WEB), "[Files]\nBind=/srv\n", StandardOpenOption.APPEND);
    var command = CommandId.next();

    settings.copy(WEB, WEB2, command);

    assertThat(settings.origin(WEB2)).contains(new Origin(command, ORIGIN.image()));
    assertThat(settings.isOf(WEB2, command)).isTrue();
    assertThat(settings.isOf(WEB, command)).isFalse();
    var copy = settings.read(WEB2).orElseThrow().spec();
    assertThat(copy.hostname()).isEmpty();
    assertThat(copy.limits()).isEqualTo(SHOP.limits());
    assertThat(copy.labels()).isEqualTo(SHOP.labels());
    assertThat(copy.binds()).hasSize(1);
    assertThat(settings.drift(WEB2)).isEmpty();
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
    settings.write(WEB, ORIGIN);
    settings.move(WEB, WEB2);
    settings.move(WEB, WEB2);
    assertThat(settings.exist(WEB)).isFalse();
    assertThat(settings.exist(WEB2)).isTrue();
    settings.write(WEB, ORIGIN);
    assertThatThrownBy(() -> settings.move(WEB, WEB2)).isInstanceOf(IOException.class);
  }

  @Test
  void deletingWhatIsNotThereIsFine() throws Exception {
    settings.delete(WEB);
    assertThat(settings.exist(WEB)).isFalse();
  }

  private static void edit(Path file, String old, String now) throws IOException {
    Files.writeString(file, Files.readString(file).replace(old, now));
  }

  private static String sum(Path file) throws IOException {
    var line = Files.readAllLines(file).stream().filter(l -> l.startsWith("# sum ")).findFirst();
    assertThat(line.orElseThrow()).matches("# sum [0-9a-f]{32}");
    return line.get().substring(6);
  }

  private static ContainerSpec spec(String json) {
    return Wire.read(json.getBytes(StandardCharsets.UTF_8), ContainerSpec.class);
  }
}
