package berth.agent.storage.lvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.storage.ImageRecord;
import berth.agent.storage.SnapshotRecord;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import berth.protocol.state.SnapshotState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LvmNamesTest {
  private static final Path MACHINES = Path.of("/var/lib/machines");

  /** As lvs of lvm2 2.03.31 writes it. */
  private static final String REPORT =
      """
      {"report": [{"lv": [
      {"lv_name":"thin", "lv_attr":"twi-aotz--", "lv_size":"629145600", "vg_extent_size":"4194304",
       "pool_lv":"", "lv_tags":"", "data_percent":"12.50", "metadata_percent":"10.84"},
      {"lv_name":"web", "lv_attr":"Vwi-a-tz--", "lv_size":"314572800", "vg_extent_size":"4194304",
       "pool_lv":"thin", "lv_tags":"berth.staging,berth.volume,mine", "data_percent":"1.00",
       "metadata_percent":""}
      ]}], "log": []}
      """;

  @Test
  void aReportOfLvsIsRead() {
    var volumes = LogicalVolume.parse(REPORT);
    assertThat(volumes).hasSize(2);
    var thin = volumes.getFirst();
    assertThat(thin.isThinPool()).isTrue();
    assertThat(thin.size().bytes()).isEqualTo(629_145_600);
    assertThat(thin.data()).isEqualTo(12.5);
    assertThat(thin.metadata()).isEqualTo(10.84);
    assertThat(thin.tags()).isEmpty();
    var web = volumes.getLast();
    assertThat(web.pool()).isEqualTo("thin");
    assertThat(web.tags()).containsExactlyInAnyOrder("berth.staging", "berth.volume", "mine");
    assertThat(web.isStaging()).isTrue();
    assertThat(web.isVolume()).isFalse();
    assertThat(web.isThinPool()).isFalse();
    assertThat(web.metadata()).isZero();
    assertThat(volumes).noneMatch(LogicalVolume::isSuspended);
    var still = LogicalVolume.parse(REPORT.replace("Vwi-a-tz--", "Vwi-s-tz--"));
    assertThat(still).extracting(LogicalVolume::isSuspended).containsExactly(false, true);
  }

  @Test
  void whatIsNoReportIsAFailure() {
    assertThatThrownBy(() -> LogicalVolume.parse("{\"report\":[{\"lv\":[{}]}]}"))
        .isInstanceOf(BerthException.class)
        .hasMessageContaining("what lvs tells can't be read");
  }

  @ParameterizedTest
  @CsvSource({"web,web", "Web.a-1,Web.a-1", "snapshot1,+snapshot1", "pvmove0,+pvmove0"})
  void aVolumeHasItsContainersNameWhereLvmAllowsThat(String container, String volume) {
    var name = new ContainerName(container);
    assertThat(VolumeNames.of(name)).isEqualTo(volume);
    assertThat(VolumeNames.container(volume)).contains(name);
  }

  @Test
  void anImagesVolumeIsNoContainersAndHasNoneOfLvmsOwnNames() {
    var one = VolumeNames.anew(new ImageName("a_tdata"));
    assertThat(one).matches("image\\+a\\+tdata\\+[0-9a-f]{8}").doesNotContain("_");
    assertThat(one).isNotEqualTo(VolumeNames.anew(new ImageName("a_tdata")));
    assertThat(VolumeNames.container(one)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2000})
  void whatIsKnownOfAnImageIsInItsTags(int length) {
    var record =
        new ImageRecord(
            Instant.parse("2026-11-25T10:00:00.123Z"),
            Optional.of("Debian GNU/Linux 13 (trixie)"),
            "ü".repeat(length),
            Optional.of(9L));
    var tags = new ArrayList<>(Tags.record(record));
    assertThat(tags).allSatisfy(tag -> assertThat(tag).matches("[a-zA-Z0-9_+.-]{1,1024}"));
    Collections.reverse(tags);
    tags.add(Tags.image(new ImageName("debian_13")));
    assertThat(Tags.imageRecord(new HashSet<>(tags))).isEqualTo(record);
    assertThat(Tags.image(tags)).contains(new ImageName("debian_13"));
  }

  @Test
  void anImageWithoutARecordWasMadeByHand() {
    assertThat(Tags.imageRecord(Set.of("berth.record.x")))
        .extracting(ImageRecord::source)
        .isEqualTo("made by hand");
    assertThat(Tags.image(Set.of("mine"))).isEmpty();
  }

  @Test
  void aSnapshotsNameTellsALittleAndItsTagsTellAll() {
    var name = new SnapshotName("before_the_upgrade_to_trixie-2");
    var volume = VolumeNames.anew(name);
    assertThat(volume).matches("kept\\+before\\+the\\+upgrade\\+to\\+tr\\+[0-9a-f]{8}");
    assertThat(VolumeNames.container(volume)).isEmpty();
    assertThat(VolumeNames.before(volume)).isEmpty();

    var web = new ContainerName("web");
    var tags = new HashSet<>(Tags.record(record(name, "ü".repeat(200))));
    tags.addAll(List.of(Tags.of(web), Tags.snapshot(name)));
    assertThat(tags).allSatisfy(tag -> assertThat(tag).matches("[a-zA-Z0-9_+.-]{1,1024}"));
    var whole = volume(volume, tags);
    assertThat(whole.snapshot(web)).contains(name);
    assertThat(whole.snapshot(new ContainerName("www"))).isEmpty();
    assertThat(whole.image()).isEmpty();
    assertThat(Tags.snapshotRecord(tags, web, name)).isEqualTo(record(name, "ü".repeat(200)));
    tags.add(Tags.STAGING);
    assertThat(volume(volume, tags).snapshotted()).isEmpty();
  }

  @Test
  void tagsThatAPersonWroteAreNoSnapshotsAndOneWithoutARecordWasMadeByHand() {
    assertThat(volume("a", Set.of("berth.of.web", "berth.snapshot.-")).snapshotted()).isEmpty();
    assertThat(volume("a", Set.of("berth.of._", "berth.snapshot.one")).snapshotted()).isEmpty();
    var one = new SnapshotName("one");
    var record = Tags.snapshotRecord(Set.of("berth.record.x"), new ContainerName("web"), one);
    assertThat(record.state().comment()).contains("made by hand");
  }

  @ParameterizedTest
  @CsvSource({"web", "+snapshot1"})
  void aVolumeThatIsSetAsideIsNoContainersAndKnowsItsName(String volume) {
    var aside = VolumeNames.aside(volume);
    assertThat(VolumeNames.before(aside)).contains(volume);
    assertThat(VolumeNames.container(aside)).isEmpty();
    assertThat(VolumeNames.before(volume)).isEmpty();
    assertThat(VolumeNames.before("web+before")).isEmpty();
    assertThat(VolumeNames.before("image+web+berth.before")).isEmpty();
    assertThat(volume(aside, Set.of()).isSetAside()).isTrue();
    assertThat(volume(aside, Set.of(Tags.STAGING)).isSetAside()).isFalse();
  }

  @Test
  void ofTwoImagesOfANameTheNewerCounts() {
    var older = image("one", Instant.EPOCH);
    var newer = image("two", Instant.EPOCH.plusSeconds(1));
    assertThat(ImageVolumes.newest(List.of(newer, older)))
        .containsExactlyEntriesOf(java.util.Map.of(new ImageName("debian"), newer));
  }

  /** The names are those that systemd-escape --path of systemd 257 gives. */
  @ParameterizedTest
  @CsvSource({
    "/var/lib/machines, web, var-lib-machines-web.mount",
    "/var/lib/machines, web-1.a, var-lib-machines-web\\x2d1.a.mount",
    "/.srv/a_b, x, \\x2esrv-a_b-x.mount"
  })
  void aMountUnitIsNamedByItsPath(Path folder, String container, String unit) {
    assertThat(MountUnit.name(folder, new ContainerName(container))).isEqualTo(unit);
  }

  @Test
  void aMountUnitIsReadAsItWasWritten() {
    var unit = new MountUnit(new ContainerName("web"), Path.of("/dev/vg/web"), MACHINES, true);
    assertThat(unit.text())
        .contains(
            "Before=systemd-nspawn@web.service machines.target",
            "What=/dev/vg/web\nWhere=/var/lib/machines/web\nType=xfs\n",
            "WantedBy=machines.target");
    assertThat(MountUnit.parse(unit.text(), "vg", MACHINES)).contains(unit);
    assertThat(MountUnit.parse(unit.text(), "other", MACHINES)).isEmpty();
    assertThat(MountUnit.parse(unit.text(), "vg", Path.of("/srv"))).isEmpty();
  }

  @Test
  void aMountUnitMadeByHandIsReadToo() {
    var text =
        "[Mount]\nWhat = /dev/zero\n".replace(" = ", "=")
            + "What=/dev/mapper/my--vg-old--web\nWhere=/var/lib/machines/web\n";
    assertThat(MountUnit.parse(text, "my-vg", MACHINES))
        .contains(
            new MountUnit(
                new ContainerName("web"), Path.of("/dev/my-vg/old-web"), MACHINES, false));
  }

  @Test
  void aPoolThatIsNearlyFullIsToldWithItsFigureAndWhatToDo() {
    var full = new Fullness(80, 70);
    full.require(pool(79.9, 69.9), "vg/thin");
    assertFull(full, pool(80.04, 0), "80.0 % of the data of the thin pool vg/thin", "lvextend");
    assertFull(full, pool(0, 70.5), "70.5 % of the metadata", "--poolmetadatasize");
  }

  private static void assertFull(Fullness full, LogicalVolume pool, String says, String remedy) {
    assertThatThrownBy(() -> full.require(pool, "vg/thin"))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).isEqualTo(ProblemCode.NO_SPACE);
          assertThat(problem.message()).contains(says);
          assertThat(problem.remedy().orElseThrow()).contains(remedy, "vg/thin");
        });
  }

  private static LogicalVolume pool(double data, double metadata) {
    var pool = LogicalVolume.parse(REPORT).getFirst();
    return new LogicalVolume(
        "thin", pool.attributes(), pool.size(), pool.extent(), "", Set.of(), data, metadata);
  }

  private static LogicalVolume image(String name, Instant created) {
    var record = new ImageRecord(created, Optional.empty(), "a test", Optional.empty());
    var tags = new HashSet<>(Tags.record(record));
    tags.add(Tags.image(new ImageName("debian")));
    return volume(name, tags);
  }

  private static LogicalVolume volume(String name, Set<String> tags) {
    var pool = LogicalVolume.parse(REPORT).getFirst();
    return new LogicalVolume(name, "", pool.size(), pool.extent(), "thin", tags, 0, 0);
  }

  private static SnapshotRecord record(SnapshotName name, String comment) {
    var state =
        new SnapshotState(
            name,
            Instant.parse("2026-11-25T10:00:00.123Z"),
            Optional.of(comment),
            true,
            Optional.empty());
    return new SnapshotRecord(
        state,
        new ContainerName("former"),
        Optional.of(new CommandId(UUID.fromString("01932f5e-0000-7000-8000-000000000000"))));
  }
}
