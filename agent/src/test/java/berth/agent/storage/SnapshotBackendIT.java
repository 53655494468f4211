package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.agent.linux.Subvolumes;
import berth.agent.process.HostProcesses;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import berth.protocol.state.PoolState.Layout;
import berth.protocol.state.SnapshotState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Snapshots where they take no room at first, on real file systems. */
@ParameterizedClass
@EnumSource(names = {"BTRFS", "XFS"})
class SnapshotBackendIT {
  private static final ImageName IMAGE = new ImageName("image");
  private static final ContainerName WEB = new ContainerName("web");
  private static final ContainerName WWW = new ContainerName("www");
  private static final SnapshotName ONE = new SnapshotName("one");
  private static final SnapshotName TWO = new SnapshotName("two");

  @Parameter Disk.Kind kind;
  private Disk disk;
  private StorageBackend storage;
  private Path web;

  @BeforeEach
  void makeAVolume() throws Exception {
    disk = Disk.of(kind);
    storage = open();
    storage.make(IMAGE, SnapshotBackendIT::fill, new FakeJob());
    web = storage.create(WEB, IMAGE, tree -> {}, new FakeJob());
    Files.writeString(web.resolve("data"), "first");
  }

  @AfterEach
  void unmountIt() throws Exception {
    disk.close();
  }

  @Test
  void aSnapshotIsTheVolumeAsItWasAndNobodyChangesIt() throws Exception {
    var record = record(WEB, ONE, Optional.of("why"), false);
    var made = storage.snapshot(WEB, record, false, () -> {}, new FakeJob());
    Files.writeString(web.resolve("data"), "second");
    assertThat(storage.snapshots(WEB)).containsExactly(made);
    assertThat(open().snapshots(WEB).getFirst().record()).isEqualTo(record);
    assertThat(made.tree().resolve("data")).hasContent("first");
    assertThat(Files.getAttribute(made.tree().resolve("usr/su"), "unix:mode"))
        .isEqualTo(Files.getAttribute(web.resolve("usr/su"), "unix:mode"));
    assertThatThrownBy(() -> Files.writeString(made.tree().resolve("new"), "new"))
        .isInstanceOf(IOException.class);
    assertThat(Files.getPosixFilePermissions(made.tree().getParent())).hasSize(3);
    assertThat(storage.volumes()).containsExactly(WEB);
    assertThat(storage.snapshotted()).containsExactly(WEB);
    assertNothingHidden();
  }

  @Test
  void aRestoredVolumeIsWhatItWasAndAllSnapshotsStay() throws Exception {
    take(ONE);
    Files.writeString(web.resolve("data"), "second");
    take(TWO);
    restore(ONE);
    assertThat(web.resolve("data")).hasContent("first");
    assertThat(web.resolve("usr/su")).hasContent("#!");
    Files.writeString(web.resolve("data"), "third");
    restore(TWO);
    assertThat(web.resolve("data")).hasContent("second");
    assertThat(names(WEB)).containsExactly(ONE, TWO);
    assertThat(storage.volumes()).containsExactly(WEB);
    assertNothingHidden();
  }

  @Test
  void aVolumeThatIsGoneComesBack() throws Exception {
    take(ONE);
    storage.delete(WEB);
    assertThat(names(WEB)).containsExactly(ONE);
    restore(ONE);
    assertThat(web.resolve("data")).hasContent("first");
    assertNothingHidden();
  }

  @Test
  void aRestoreThatFailsLeavesTheVolumeAsItIs() throws Exception {
    take(ONE);
    Files.writeString(web.resolve("data"), "second");
    StorageBackend.RestoredChange failing =
        (_, _) -> {
          throw new IOException("no more");
        };
    assertThatThrownBy(
            () -> storage.restore(WEB, ONE, Optional.empty(), failing, () -> {}, new FakeJob()))
        .hasMessage("no more");
    assertProblem(ProblemCode.NOT_FOUND, "two", () -> restore(TWO));
    assertThat(web.resolve("data")).hasContent("second");
    assertNothingHidden();
  }

  @Test
  void whatIsNestedInAVolumeIsKeptAndComesBackWritable() throws Exception {
    var nested = Files.createDirectories(web.resolve("var/lib")).resolve("machines");
    for (var folder : List.of(nested, nested.resolve("deep"))) {
      if (kind == Disk.Kind.BTRFS) {
        Subvolumes.create(folder);
      } else {
        Files.createDirectory(folder);
      }
    }
    var file = Files.writeString(nested.resolve("deep/file"), "first");
    var made = take(ONE);
    var kept = made.tree().resolve("var/lib/machines/deep");
    assertThat(kept.resolve("file")).hasContent("first");
    if (kind == Disk.Kind.BTRFS) {
      assertThatThrownBy(() -> Files.writeString(kept.resolve("file"), "x"))
          .isInstanceOf(IOException.class);
    }
    Files.writeString(file, "second");
    restore(ONE);
    assertThat(file).hasContent("first");
    Files.writeString(file, "writable");
    storage.delete(WEB, ONE);
    storage.delete(WEB);
    assertThat(storage.snapshotted()).isEmpty();
    assertNothingHidden();
  }

  @Test
  void filesThatNobodyMayChangeAreInNobodysWay() throws Exception {
    Disk.run(List.of("chattr", "+i", web.resolve("data").toString()));
    take(ONE);
    restore(ONE);
    storage.delete(WEB, ONE);
    if (kind == Disk.Kind.BTRFS) { // cp copies no such flag
      assertThatThrownBy(() -> Files.writeString(web.resolve("data"), "x"))
          .isInstanceOf(IOException.class);
    }
    storage.delete(WEB);
    assertThat(storage.volumes()).isEmpty();
    assertNothingHidden();
  }

  @Test
  void aVolumeInUseIsKeptWhereThatIsOfOneMomentAndElseRefused() throws Exception {
    ThrowingCallable snapshot =
        () ->
            storage.snapshot(
                WEB, record(WEB, ONE, Optional.empty(), false), true, () -> {}, new FakeJob());
    if (storage.layout() == Layout.BTRFS) {
      assertThatCode(snapshot).doesNotThrowAnyException();
    } else {
      assertProblem(ProblemCode.CONFLICT, "in use", snapshot);
      assertThat(names(WEB)).isEmpty();
    }
    assertNothingHidden();
  }

  @Test
  void aNameThatIsTakenOrRefusedAtTheLastMomentLeavesNothingNew() throws Exception {
    take(ONE);
    assertProblem(ProblemCode.ALREADY_EXISTS, "one", () -> take(ONE));
    assertThatThrownBy(() ->
            storage.snapshot(
                WEB,
                record(WEB, TWO, Optional.empty(), false),
                false,
                () -> {
                  throw new IllegalStateException("started");
                },
                new FakeJob()))
        .hasMessage("started");
    assertThat(names(WEB)).containsExactly(ONE);
    assertNothingHidden();
  }

  @Test
  void snapshotsGoWithANewNameButNotOntoOthers() throws Exception {
    take(ONE);
    storage.rename(WEB, WWW);
    assertThat(names(WEB)).isEmpty();
    assertThat(names(WWW)).containsExactly(ONE);
    assertThat(storage.snapshots(WWW).getFirst().record().container()).isEqualTo(WEB);
    storage.create(WEB, IMAGE, tree -> {}, new FakeJob());
    storage.snapshot(
        WEB, record(WEB, TWO, Optional.empty(), false), false, () -> {}, new FakeJob());
    storage.delete(WEB);
    assertProblem(ProblemCode.ALREADY_EXISTS, "web", () -> storage.rename(WWW, WEB));
    assertThat(names(WWW)).containsExactly(ONE);
    assertThat(storage.volumes()).containsExactly(WWW);
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
      Disk.run(List.of("btrfs", "quota", "enable", disk.root().toString()));
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
  void aVolumeKnowsTheCommandThatRestoredIt() throws Exception {
    take(ONE);
    var command = CommandId.next();
    storage.restore(
        WEB,
        ONE,
        Optional.empty(),
        (tree, _) -> RestoreMark.putOn(tree, command),
        () -> {},
        new FakeJob());
    assertThat(RestoreMark.isOn(web, command)).isTrue();
    assertThat(RestoreMark.isOn(web, CommandId.next())).isFalse();
  }

  @Test
  void aContainerThatWasStartedAtTheLastMomentKeepsItsVolume() throws Exception {
    take(ONE);
    Files.writeString(web.resolve("since"), "written after the snapshot");
    var calls = new AtomicInteger();
    assertThatThrownBy(() ->
            storage.restore(
                WEB,
                ONE,
                Optional.empty(),
                (_, _) -> {},
                () -> {
                  if (calls.incrementAndGet() == 2) {
                    throw new BerthException(ProblemCode.CONFLICT, "it runs");
                  }
                },
                new FakeJob()))
        .hasMessageContaining("it runs");
    assertThat(web.resolve("since")).exists();
    assertNothingHidden();
  }

  @Test
  void oneThatGotTheNameMeanwhileIsNotRemoved() throws Exception {
    var former = take(ONE).record();
    storage.delete(WEB, ONE);
    take(ONE);
    storage.delete(WEB, ONE, former::equals);
    assertThat(storage.snapshots(WEB)).hasSize(1);
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
    try (var ext4 = Disk.of(Disk.Kind.EXT4)) {
      var other = open(ext4.root());
      other.make(IMAGE, SnapshotBackendIT::fill, new FakeJob());
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

  private StoredSnapshot take(SnapshotName name) throws IOException {
    return storage.snapshot(
        WEB, record(WEB, name, Optional.empty(), false), false, () -> {}, new FakeJob());
  }

  private void restore(SnapshotName name) throws IOException {
    storage.restore(WEB, name, Optional.empty(), (_, _) -> {}, () -> {}, new FakeJob());
  }

  private List<SnapshotName> names(ContainerName container) throws IOException {
    return storage.snapshots(container).stream().map(StoredSnapshot::name).toList();
  }

  private static SnapshotRecord record(
      ContainerName container, SnapshotName name, Optional<String> comment, boolean guarded) {
    return new SnapshotRecord(
        new SnapshotState(
            name, Instant.now().truncatedTo(ChronoUnit.MILLIS), comment, guarded, Optional.empty()),
        container,
        Optional.of(CommandId.next()));
  }

  private StorageBackend open() throws IOException {
    return open(disk.root());
  }

  private static StorageBackend open(Path disk) throws IOException {
    var folders = Map.of(Pools.DEFAULT, disk.resolve("machines"));
    return Pools.open(folders, new Tools(new HostProcesses())).find(Optional.empty()).storage();
  }

  private static ImageRecord fill(Path tree) throws IOException {
    var su = Files.createDirectories(tree.resolve("usr")).resolve("su");
    Files.writeString(su, "#!");
    Files.setAttribute(su, "unix:mode", 04750);
    return new ImageRecord(Instant.now(), Optional.empty(), "a test", Optional.empty());
  }

  private void assertNothingHidden() throws IOException {
    try (var left = Files.list(storage.folder())) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".#"));
    }
  }

  private static void assertProblem(ProblemCode code, String names, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(BerthException.class)
        .satisfies(e -> {
          assertThat(BerthException.problemOf(e).code()).isEqualTo(code);
          assertThat(BerthException.problemOf(e).message()).contains(names);
        });
  }
}
