package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.protocol.BerthException;
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
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Snapshots where they take no room at first, on real file systems. */
public abstract class SnapshotContract {
  protected static final ImageName IMAGE = new ImageName("image");
  protected static final ContainerName WEB = new ContainerName("web");
  protected static final ContainerName WWW = new ContainerName("www");
  protected static final SnapshotName ONE = new SnapshotName("one");
  protected static final SnapshotName TWO = new SnapshotName("two");

  protected StorageBackend storage;
  protected Path web;
  private Ground ground;

  /** A new and empty pool. */
  protected abstract Ground ground() throws IOException;

  @BeforeEach
  void makeAVolume() throws Exception {
    ground = ground();
    storage = ground.open();
    storage.make(IMAGE, SnapshotContract::fill, new FakeJob());
    web = storage.create(WEB, IMAGE, tree -> {}, new FakeJob());
    Files.writeString(web.resolve("data"), "first");
  }

  @AfterEach
  void takeItDown() throws Exception {
    ground.close();
  }

  @Test
  void aSnapshotIsTheVolumeAsItWasAndNobodyChangesIt() throws Exception {
    var record = record(WEB, ONE, Optional.of("why"), false);
    var made = storage.snapshot(WEB, record, false, () -> {}, new FakeJob());
    Files.writeString(web.resolve("data"), "second");
    assertThat(storage.snapshots(WEB)).containsExactly(made);
    assertThat(ground.open().snapshots(WEB).getFirst().record()).isEqualTo(record);
    ground.look(
        made.tree(),
        files -> {
          assertThat(files.resolve("data")).hasContent("first");
          assertThat(Files.getAttribute(files.resolve("usr/su"), "unix:mode"))
              .isEqualTo(Files.getAttribute(web.resolve("usr/su"), "unix:mode"));
          assertThatThrownBy(() -> Files.writeString(files.resolve("new"), "new"))
              .isInstanceOf(IOException.class);
        });
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
  void whoReadsASnapshotSeesItAsItWasAndKeepsNobodyWaiting() throws Exception {
    var made = take(ONE);
    Files.writeString(web.resolve("data"), "second");
    storage.read(
        WEB,
        ONE,
        (tree, record) -> {
          assertThat(record).isEqualTo(made.record());
          take(TWO);
          storage.delete(WEB, TWO);
          assertThat(tree.resolve("data")).hasContent("first");
          assertThat(tree.resolve("usr/su")).hasContent("#!");
          return tree;
        });
    assertThat(web.resolve("data")).hasContent("second");
    assertThat(names(WEB)).containsExactly(ONE);
    assertProblem(ProblemCode.NOT_FOUND, "two", () -> storage.read(WEB, TWO, (tree, _) -> tree));
    storage.delete(WEB, ONE);
    assertThat(names(WEB)).isEmpty();
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
      ground.nest(folder);
    }
    var file = Files.writeString(nested.resolve("deep/file"), "first");
    var made = take(ONE);
    ground.look(
        made.tree(),
        files -> {
          var kept = files.resolve("var/lib/machines/deep/file");
          assertThat(kept).hasContent("first");
          if (storage.layout() != Layout.DIRECTORY) {
            assertThatThrownBy(() -> Files.writeString(kept, "x")).isInstanceOf(IOException.class);
          }
        });
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
    if (storage.layout() != Layout.DIRECTORY) { // cp copies no such flag
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
    if (storage.layout() != Layout.DIRECTORY) {
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

  protected StoredSnapshot take(SnapshotName name) throws IOException {
    return storage.snapshot(
        WEB, record(WEB, name, Optional.empty(), false), false, () -> {}, new FakeJob());
  }

  protected void restore(SnapshotName name) throws IOException {
    storage.restore(WEB, name, Optional.empty(), (_, _) -> {}, () -> {}, new FakeJob());
  }

  protected List<SnapshotName> names(ContainerName container) throws IOException {
    return storage.snapshots(container).stream().map(StoredSnapshot::name).toList();
  }

  protected static SnapshotRecord record(
      ContainerName container, SnapshotName name, Optional<String> comment, boolean guarded) {
    return new SnapshotRecord(
        new SnapshotState(
            name, Instant.now().truncatedTo(ChronoUnit.MILLIS), comment, guarded, Optional.empty()),
        container,
        Optional.of(CommandId.next()));
  }

  protected static ImageRecord fill(Path tree) throws IOException {
    var su = Files.createDirectories(tree.resolve("usr")).resolve("su");
    Files.writeString(su, "#!");
    Files.setAttribute(su, "unix:mode", 04750);
    return new ImageRecord(Instant.now(), Optional.empty(), "a test", Optional.empty());
  }

  protected void assertNothingHidden() throws IOException {
    try (var left = Files.list(storage.folder())) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".#"));
    }
  }

  protected static void assertProblem(ProblemCode code, String names, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(BerthException.class)
        .satisfies(e -> {
          assertThat(BerthException.problemOf(e).code()).isEqualTo(code);
          assertThat(BerthException.problemOf(e).message()).contains(names);
        });
  }
}
