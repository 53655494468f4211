package berth.agent.storage.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.dispatch.FakeJob;
import berth.agent.linux.FileSystem;
import berth.agent.process.HostProcesses;
import berth.agent.storage.Ground;
import berth.agent.storage.Mounts;
import berth.agent.storage.SnapshotContract;
import berth.agent.storage.StorageBackend;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract of snapshots on a thin pool, and what is its own. */
@Tag("disk")
@Timeout(240)
class LvmSnapshotIT extends SnapshotContract {

  /** So many programs work on a restored volume, the last of them to unmount it. */
  private static final int HIDDEN = 5;

  private static ThinPool pool;

  @BeforeAll
  static void makeAThinPool() throws Exception {
    pool = ThinPool.make(Path.of("/var/lib/berth-it"));
  }

  @AfterAll
  static void takeItFromTheDisk() throws Exception {
    pool.dismantle();
  }

  @Override
  protected Ground ground() {
    return pool;
  }

  @Test
  void aSnapshotIsInactiveAndARestoredVolumeIsNoneOfItsCopies() throws Exception {
    var made = take(ONE);
    assertThat(made.tree()).doesNotExist();
    var before = uuid();
    restore(ONE);
    assertThat(uuid()).isNotBlank().isNotEqualTo(before);
    assertThat(Mounts.has(web)).isTrue();
    assertThat(names()).hasSize(3).contains("web", made.tree().getFileName().toString());
  }

  @Test
  void aRestoredVolumeHasTheSizeOfItsSnapshotOrMore() throws Exception {
    storage.limit(WEB, Optional.of(ByteSize.parse("400MiB")));
    take(ONE);
    restore(ONE, "320MiB");
    assertThat(FileSystem.of(web).size()).isGreaterThan(330L << 20);
    restore(ONE, "500MiB");
    assertThat(FileSystem.of(web).size()).isGreaterThan(430L << 20);
  }

  @Test
  void aNearlyFullPoolKeepsNothingMore() throws Exception {
    take(ONE);
    var careful = pool.open(new Fullness(0, 100), new HostProcesses());
    assertProblem(
        ProblemCode.NO_SPACE,
        "of the data of the thin pool berth-it/thin",
        () ->
            careful.snapshot(
                WEB, record(WEB, TWO, Optional.empty(), false), false, () -> {}, new FakeJob()));
    assertProblem(
        ProblemCode.NO_SPACE,
        "of the data of the thin pool berth-it/thin",
        () -> careful.restore(WEB, ONE, Optional.empty(), (_, _) -> {}, () -> {}, new FakeJob()));
    assertThat(names(WEB)).containsExactly(ONE);
  }

  @Test
  @Timeout(1200)
  void anAgentThatIsKilledAnywhereInARestoreLeavesTheOldOrTheNewVolume() throws Exception {
    take(ONE);
    var whatIsThere = names();
    var ends = new ArrayList<String>();
    var done = false;
    for (int steps = HIDDEN; !done; steps++) {
      Files.writeString(web.resolve("data"), "second");
      var dying = DyingProcesses.after(steps);
      done = dying.dies(() -> restore(pool.open(Fullness.USUAL, dying)));
      storage.sweep();
      var data = Files.readString(web.resolve("data"));
      System.out.println("killed before " + dying.next() + ": " + data);
      ends.add(data);
      assertThat(Mounts.has(web)).isTrue();
      assertThat(names()).as("killed before %s", dying.next()).isEqualTo(whatIsThere);
      assertThat(names(WEB)).containsExactly(ONE);
    }
    assertThat(ends.getFirst()).isEqualTo("second");
    assertThat(ends.getLast()).isEqualTo("first");
    var turn = ends.indexOf("first");
    assertThat(ends.subList(turn, ends.size())).containsOnly("first");
    assertNothingHidden();
  }

  @Test
  void aVolumeThatSomebodyUsesIsNotSetAside() throws Exception {
    take(ONE);
    Files.writeString(web.resolve("data"), "second");
    try (var _ = Files.newInputStream(web.resolve("data"))) {
      assertProblem(ProblemCode.CONFLICT, "is in use", () -> restore(ONE));
    }
    assertThat(web.resolve("data")).hasContent("second");
    assertThat(names()).hasSize(3);
    assertNothingHidden();
  }

  @Test
  void aRestoredVolumeThatIsInUseStaysWhereItsLastStepWasCutOff() throws Exception {
    take(ONE);
    Files.writeString(web.resolve("data"), "second");
    var dying = DyingProcesses.before("lvchange");
    assertThat(dying.dies(() -> restore(pool.open(Fullness.USUAL, dying)))).isFalse();
    try (var _ = Files.newInputStream(web.resolve("data"))) {
      storage.sweep();
      assertThat(web.resolve("data")).hasContent("first");
    }
    assertThat(names()).hasSize(3).contains("web");
  }

  @Test
  void aRenamingThatWasCutOffAmongTheSnapshotsGoesOn() throws Exception {
    var made = take(ONE);
    take(TWO);
    var lvm = pool.lvm();
    lvm.retag(List.of("web"), List.of(), List.of(Tags.to(WWW)));
    var first = made.tree().getFileName().toString();
    lvm.retag(List.of(first), List.of(Tags.of(WEB)), List.of(Tags.of(WWW)));
    storage.sweep();
    storage.rename(WEB, WWW);
    assertThat(names(WWW)).containsExactly(ONE, TWO);
    assertThat(storage.volumes()).containsExactly(WWW);
    assertThat(lvm.find("www").orElseThrow().tags()).containsExactly(Tags.VOLUME);
  }

  @Test
  void whatIsHalfMadeIsSweptAndWhatHasNoReadableRecordIsShownAsMadeByHand() throws Exception {
    var lvm = pool.lvm();
    lvm.keep("web", "kept+half", List.of(Tags.STAGING, Tags.of(WEB), Tags.snapshot(TWO)));
    lvm.keep("web", "kept+mine", List.of(Tags.of(WEB), Tags.snapshot(ONE)));
    assertThat(names(WEB)).containsExactly(ONE);
    storage.sweep();
    assertThat(lvm.find("kept+half")).isEmpty();
    var state = storage.snapshots(WEB).getFirst().record().state();
    assertThat(state.comment()).contains("made by hand");
    Files.writeString(web.resolve("data"), "second");
    restore(ONE);
    assertThat(web.resolve("data")).hasContent("first");
  }

  @Test
  void aGroupThatCanNoteNoMoreSaysWhatToDo() throws Exception {
    var tags = new ArrayList<String>();
    for (int i = 0; i < 900; i++) {
      tags.add("t" + i + "x".repeat(1000));
    }
    assertProblem(
        ProblemCode.NO_SPACE,
        "berth-it has no room to note more",
        () -> pool.lvm().retag(List.of("web"), List.of(), tags));
  }

  private static void restore(StorageBackend storage) throws IOException {
    storage.restore(WEB, ONE, Optional.empty(), (_, _) -> {}, () -> {}, new FakeJob());
  }

  private void restore(SnapshotName name, String size) throws IOException {
    storage.restore(
        WEB, name, Optional.of(ByteSize.parse(size)), (_, _) -> {}, () -> {}, new FakeJob());
  }

  private static List<String> names() {
    return pool.lvm().volumes().stream().map(LogicalVolume::name).sorted().toList();
  }

  private static String uuid() throws IOException {
    var device = pool.lvm().device("web").toString();
    return new HostProcesses()
        .run("blkid", "--probe", "--output=value", "--match-tag=UUID", device)
        .stdout();
  }
}
