package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.agent.process.HostProcesses;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of snapshots on the file systems of this machine's kernel that share blocks. */
@ParameterizedClass
@EnumSource(names = {"BTRFS", "XFS"})
class SnapshotBackendIT extends SnapshotContract {
  @Parameter Disk.Kind kind;
  private FolderGround ground;

  @Override
  protected Ground ground() throws IOException {
    ground = new FolderGround(kind);
    return ground;
  }

  @Test
  void aRenamingThatWasCutOffAfterTheSnapshotsGoesOn() throws Exception {
    take(ONE);
    Files.move(
        storage.folder().resolve(".snapshots/web"), storage.folder().resolve(".snapshots/www"));
    storage.rename(WEB, WWW);
    assertThat(names(WWW)).containsExactly(ONE);
    assertThat(storage.volumes()).containsExactly(WWW);
  }

  @Test
  void whatIsHalfMadeIsSweptAndWhatIsWholeStays() throws Exception {
    take(ONE);
    take(TWO);
    var half = storage.folder().resolve(".#berth.snapshot.two.1");
    Files.move(storage.folder().resolve(".snapshots/web/two"), half);
    Files.createDirectory(storage.folder().resolve(".#berth.snapshot.three.2"));
    storage.sweep();
    assertThat(names(WEB)).containsExactly(ONE);
    storage.delete(WEB, TWO);
    storage.delete(WEB, ONE);
    storage.delete(WEB, ONE);
    assertThat(storage.folder().resolve(".snapshots")).isEmptyDirectory();
    assertNothingHidden();
  }

  @Test
  void aSnapshotWithoutAReadableRecordIsShownAsMadeByHand() throws Exception {
    var made = take(ONE);
    Files.writeString(made.tree().resolveSibling("snapshot.json"), "{");
    Files.createDirectory(storage.folder().resolve(".snapshots/web/empty"));
    assertThat(names(WEB)).containsExactly(ONE);
    var state = storage.snapshots(WEB).getFirst().record().state();
    assertThat(state.comment()).contains("made by hand");
    assertThat(state.expires()).isEmpty();
    Files.writeString(web.resolve("data"), "second");
    restore(ONE);
    assertThat(web.resolve("data")).hasContent("first");
  }

  @Test
  void aRestoredVolumeGetsItsSizeOrStaysWhatItIs() throws Exception {
    take(ONE);
    Files.writeString(web.resolve("data"), "second");
    var size = Optional.of(ByteSize.parse("8MiB"));
    assertProblem(
        ProblemCode.UNSUPPORTED,
        "quotas".substring(0, kind == Disk.Kind.BTRFS ? 6 : 0),
        () -> storage.restore(WEB, ONE, size, (_, _) -> {}, () -> {}, new FakeJob()));
    assertThat(web.resolve("data")).hasContent("second");
    if (kind == Disk.Kind.BTRFS) {
      Disk.run(List.of("btrfs", "quota", "enable", ground.root().toString()));
      storage.restore(WEB, ONE, size, (_, _) -> {}, () -> {}, new FakeJob());
      assertThatThrownBy(() ->
              Disk.run(
                  List.of(
                      "dd",
                      "if=/dev/urandom",
                      "of=" + web.resolve("big"),
                      "bs=1M",
                      "count=16",
                      "conv=fsync")))
          .hasMessageContaining("quota exceeded");
    }
    assertNothingHidden();
  }

  @Test
  void oneThatIsReadIsNeitherRemovedNorRenamed() throws Exception {
    take(ONE);
    storage.read(
        WEB,
        ONE,
        (tree, _) -> {
          assertProblem(ProblemCode.CONFLICT, "is being read", () -> storage.delete(WEB, ONE));
          assertProblem(ProblemCode.CONFLICT, "is being read", () -> storage.rename(WEB, WWW));
          assertThat(tree.resolve("data")).hasContent("first");
          assertThat(storage.volume(WEB)).isPresent();
          return tree;
        });
    storage.rename(WEB, WWW);
    storage.delete(WWW, ONE);
    assertThat(storage.snapshotted()).isEmpty();
  }

  @Test
  void whatIsMountedInOneIsNotRemovedWithIt() throws Exception {
    var tree = take(ONE).tree();
    var precious = Files.createDirectory(storage.folder().resolve("precious"));
    Files.writeString(precious.resolve("file"), "of the host's");
    var inside = tree.resolve("usr");
    var processes = new HostProcesses();
    processes.run("mount", "--bind", precious.toString(), inside.toString());
    try {
      assertThatThrownBy(() -> storage.delete(WEB, ONE)).hasMessageContaining("is mounted in");
    } finally {
      processes.run("umount", inside.toString());
    }
    assertThat(precious.resolve("file")).exists();
    assertThat(storage.snapshots(WEB)).hasSize(1);
  }

  @Test
  void whereASnapshotWouldBeAWholeCopyItIsRefused() throws Exception {
    try (var ext4 = new FolderGround(Disk.Kind.EXT4)) {
      var other = ext4.open();
      other.make(IMAGE, SnapshotContract::fill, new FakeJob());
      other.create(WEB, IMAGE, tree -> {}, new FakeJob());
      var record = record(WEB, ONE, Optional.empty(), false);
      assertProblem(
          ProblemCode.UNSUPPORTED,
          "can't share blocks",
          () -> other.snapshot(WEB, record, false, () -> {}, new FakeJob()));
      assertThat(other.snapshots(WEB)).isEmpty();
      try (var left = Files.list(other.folder())) {
        assertThat(left).hasSize(2);
      }
    }
  }
}
