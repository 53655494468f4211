package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.ProblemCode;
import berth.protocol.state.PoolState.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every layout keeps to, on real file systems. */
public abstract class StorageContract {
  protected static final ImageName DEBIAN = new ImageName("debian");
  protected static final ContainerName WEB = new ContainerName("web");
  private static final ContainerName COPY = new ContainerName("copy");

  protected StorageBackend storage;
  private Ground ground;

  /** A new and empty pool. */
  protected abstract Ground ground() throws IOException;

  /** What a pool is said to be. */
  protected abstract Layout layout();

  @BeforeEach
  void openAPool() throws Exception {
    ground = ground();
    storage = ground.open();
  }

  @AfterEach
  void takeItDown() throws Exception {
    ground.close();
  }

  @Test
  void aVolumeHasTheFilesOfItsImageAsTheyWere() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    var web = storage.create(WEB, DEBIAN, tree -> {}, new FakeJob());
    assertThat(web.resolve("usr/lib/os-release")).hasContent("PRETTY_NAME=One");
    assertThat(Files.readSymbolicLink(web.resolve("bin"))).isEqualTo(Path.of("usr/bin"));
    assertThat(Files.getPosixFilePermissions(web.resolve("usr/bin/su")))
        .isEqualTo(PosixFilePermissions.fromString("rwsr-x---".replace('s', 'x')));
    assertThat((int) Files.getAttribute(web.resolve("usr/bin/su"), "unix:mode") & 07777)
        .isEqualTo(04750);
    assertThat(Files.getAttribute(web.resolve("usr/bin/su"), "unix:uid")).isEqualTo(1234);
    assertThat(Files.getAttribute(web.resolve("usr/bin/su2"), "unix:nlink")).isEqualTo(2);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(web)))
        .isEqualTo("rwxr-xr-x");
    assertThat(storage.volumes()).containsExactly(WEB);
    assertThat(storage.volume(WEB)).contains(web);
    assertThat(web).isEqualTo(storage.folder().resolve("web"));
  }

  @Test
  void aVolumeCanBeWrittenAndItsImageStaysAsItWas() throws Exception {
    var image = storage.make(DEBIAN, this::fill, new FakeJob());
    var web = storage.create(WEB, DEBIAN, tree -> {}, new FakeJob());
    Files.writeString(web.resolve("new"), "new");
    Files.writeString(web.resolve("usr/lib/os-release"), "changed");
    ground.look(
        image.tree(),
        files -> {
          assertThat(files.resolve("usr/lib/os-release")).hasContent("PRETTY_NAME=One");
          assertThat(files.resolve("new")).doesNotExist();
        });
  }

  @Test
  void aVolumeIsMadeOfWhatIsPutIntoItOrNotAtAll() throws Exception {
    var web = storage.make(WEB, Optional.empty(), tree -> filled(tree, "Brought"), new FakeJob());
    assertThat(web.resolve("usr/lib/os-release")).hasContent("PRETTY_NAME=Brought");
    assertThat(storage.volume(WEB)).contains(web);
    Files.writeString(web.resolve("new"), "new");
    assertThatThrownBy(() -> storage.make(WEB, Optional.empty(), _ -> {}, new FakeJob()))
        .satisfies(e ->
            assertThat(BerthException.problemOf(e).code()).isEqualTo(ProblemCode.ALREADY_EXISTS));
    assertThat(web.resolve("new")).exists();
    StorageBackend.Change failing =
        tree -> {
          filled(tree, "Half");
          throw new IOException("it broke off");
        };
    assertThatThrownBy(() -> storage.make(COPY, Optional.empty(), failing, new FakeJob()))
        .hasMessageContaining("it broke off");
    assertThat(storage.volumes()).containsExactly(WEB);
    assertNothingHidden();
  }

  @Test
  void anImageIsReadOnlyAlsoForRoot() throws Exception {
    var image = storage.make(DEBIAN, this::fill, new FakeJob());
    assertThatThrownBy(() -> Files.writeString(image.tree().resolve("new"), "new"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void anImageKeepsWhatIsKnownOfIt() throws Exception {
    var made = storage.make(DEBIAN, this::fill, new FakeJob());
    assertThat(storage.images()).containsExactly(made);
    assertThat(made.record().source()).isEqualTo("a test");
    var web = storage.create(WEB, DEBIAN, tree -> {}, new FakeJob());
    assertThat(ImageRecord.of(web).source()).isEqualTo("made by hand");
  }

  @Test
  void anImageIsReplacedWhileItsVolumesLiveOn() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    var web = storage.create(WEB, DEBIAN, tree -> {}, new FakeJob());
    storage.make(DEBIAN, tree -> filled(tree, "Two"), new FakeJob());
    assertThat(storage.images()).hasSize(1);
    assertThat(web.resolve("usr/lib/os-release")).hasContent("PRETTY_NAME=One");
    var two = storage.create(new ContainerName("two"), DEBIAN, tree -> {}, new FakeJob());
    assertThat(two.resolve("usr/lib/os-release")).hasContent("PRETTY_NAME=Two");
    assertNothingHidden();
  }

  @Test
  void anImageThatFailsLeavesTheOldOne() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    StorageBackend.Filling failing =
        tree -> {
          filled(tree, "Two");
          throw new IOException("no more");
        };
    assertThatThrownBy(() -> storage.make(DEBIAN, failing, new FakeJob())).hasMessage("no more");
    ground.look(
        storage.images().getFirst().tree(),
        files -> assertThat(files.resolve("usr/lib/os-release")).hasContent("PRETTY_NAME=One"));
    assertNothingHidden();
  }

  @Test
  void aNameThatIsTakenIsRefused() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    var taken = Files.createDirectory(storage.folder().resolve("web"));
    assertProblem(ProblemCode.ALREADY_EXISTS, "web", () -> create(WEB));
    assertThat(taken).isEmptyDirectory();
    assertNothingHidden();
    Files.delete(taken);
  }

  @Test
  void ofTwoAtOnceOneGetsTheName() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    var both = new Phaser(2); // one may be refused before it has a tree
    var problems = new ConcurrentLinkedQueue<ProblemCode>();
    try (var threads = Executors.newFixedThreadPool(2)) {
      Callable<Void> create =
          () -> {
            try {
              storage.create(WEB, DEBIAN, tree -> both.arriveAndAwaitAdvance(), new FakeJob());
            } catch (BerthException e) {
              problems.add(e.problem().code());
              both.arriveAndDeregister();
            }
            return null;
          };
      for (var end : threads.invokeAll(List.of(create, create))) {
        end.get();
      }
    }
    assertThat(problems).containsExactly(ProblemCode.ALREADY_EXISTS);
    assertThat(storage.volumes()).containsExactly(WEB);
    assertNothingHidden();
  }

  @Test
  void anUnknownImageIsRefusedAndTheKnownOnesNamed() throws Exception {
    assertProblem(ProblemCode.NOT_FOUND, "debian", () -> create(WEB));
    storage.make(new ImageName("fedora"), this::fill, new FakeJob());
    assertThatThrownBy(() -> create(WEB))
        .satisfies(
            e -> assertThat(BerthException.problemOf(e).remedy()).contains("there are: fedora"));
    assertNothingHidden();
  }

  @Test
  void aVolumeIsTakenBackWhenTheRestFails() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    StorageBackend.Change failing =
        _ -> {
          throw new IOException("no more");
        };
    assertThatThrownBy(() -> storage.create(WEB, DEBIAN, failing, new FakeJob()))
        .hasMessage("no more");
    assertThat(storage.volumes()).isEmpty();
    assertNothingHidden();
  }

  @Test
  void aVolumeIsTakenBackWhenItIsCancelled() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    var job = new FakeJob();
    assertProblem(
        ProblemCode.CANCELLED,
        "cancelled",
        () -> storage.create(WEB, DEBIAN, tree -> job.cancel(), job));
    assertThat(storage.volumes()).isEmpty();
    assertNothingHidden();
  }

  @Test
  void aCopyOfAVolumeIsWholeAndItsOwn() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    var web = create(WEB);
    Files.writeString(web.resolve("data"), "of web");
    StorageBackend.Change finish = tree -> Files.writeString(tree.resolve("finished"), "yes");
    var copy = storage.copy(WEB, COPY, false, finish, new FakeJob());
    assertThat(copy).isEqualTo(storage.folder().resolve("copy"));
    assertThat(copy.resolve("data")).hasContent("of web");
    assertThat(copy.resolve("finished")).hasContent("yes");
    assertThat(Files.getAttribute(copy.resolve("usr/bin/su"), "unix:uid")).isEqualTo(1234);
    assertThat(Files.getAttribute(copy.resolve("usr/bin/su2"), "unix:nlink")).isEqualTo(2);
    Files.writeString(copy.resolve("data"), "of the copy");
    assertThat(web.resolve("data")).hasContent("of web");
    assertThat(web.resolve("finished")).doesNotExist();
    assertThat(storage.volumes()).containsExactly(COPY, WEB);
    assertNothingHidden();
  }

  @Test
  void whatIsNestedInAVolumeIsCopiedToo() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    var nested = create(WEB).resolve("srv/one");
    for (var folder : List.of(nested, nested.resolve("deep/two"), nested.resolve("three"))) {
      Files.createDirectories(folder.getParent());
      ground.nest(folder);
      Files.writeString(folder.resolve("file"), folder.toString());
    }
    var copy = storage.copy(WEB, COPY, false, tree -> {}, new FakeJob());
    assertThat(copy.resolve("srv/one/file")).hasContent(nested.toString());
    assertThat(copy.resolve("srv/one/deep/two/file"))
        .hasContent(nested.resolve("deep/two").toString());
    assertThat(copy.resolve("srv/one/three/file")).exists();
    storage.delete(WEB);
    Files.writeString(copy.resolve("srv/one/deep/two/file"), "writable");
    storage.delete(COPY);
    assertThat(storage.volumes()).isEmpty();
    assertNothingHidden();
  }

  @Test
  void aVolumeInUseIsCopiedWhereThatIsOfOneMomentAndElseRefused() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    create(WEB);
    Callable<Path> copy = () -> storage.copy(WEB, COPY, true, tree -> {}, new FakeJob());
    if (storage.layout() != Layout.DIRECTORY) {
      assertThat(copy.call().resolve("usr/lib/os-release")).exists();
    } else {
      assertProblem(ProblemCode.CONFLICT, "in use", copy);
      assertThat(storage.volumes()).containsExactly(WEB);
    }
    assertNothingHidden();
  }

  @Test
  void aCopyThatFailsLeavesNothing() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    create(WEB);
    StorageBackend.Change failing =
        _ -> {
          throw new IOException("no more");
        };
    assertThatThrownBy(() -> storage.copy(WEB, COPY, false, failing, new FakeJob()))
        .hasMessage("no more");
    assertProblem(
        ProblemCode.ALREADY_EXISTS,
        "web",
        () -> storage.copy(WEB, WEB, false, tree -> {}, new FakeJob()));
    assertProblem(
        ProblemCode.NOT_FOUND,
        "copy",
        () -> storage.copy(COPY, WEB, false, tree -> {}, new FakeJob()));
    assertThat(storage.volumes()).containsExactly(WEB);
    assertNothingHidden();
  }

  @Test
  void aVolumeGetsAnotherNameButNotOneThatIsTaken() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    create(WEB);
    create(COPY);
    assertProblem(ProblemCode.ALREADY_EXISTS, "copy", () -> storage.rename(WEB, COPY));
    storage.delete(COPY);
    assertThat(storage.rename(WEB, COPY).resolve("usr/lib/os-release")).exists();
    assertThat(storage.volumes()).containsExactly(COPY);
    assertProblem(ProblemCode.NOT_FOUND, "web", () -> storage.rename(WEB, COPY));
  }

  @Test
  void removalTakesEverythingAndWhatIsNotThereIsFine() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    create(WEB);
    storage.delete(WEB);
    storage.delete(WEB);
    storage.delete(DEBIAN);
    storage.delete(DEBIAN);
    assertThat(storage.folder()).isEmptyDirectory();
  }

  @Test
  void removalIsRefusedWhileSomethingIsMountedInTheVolume() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    var inside = Files.createDirectory(create(WEB).resolve("data"));
    Disk.run(List.of("mount", "-t", "tmpfs", "none", inside.toString()));
    try {
      Files.writeString(inside.resolve("precious"), "precious");
      assertProblem(ProblemCode.CONFLICT, "data is mounted", () -> deleteWeb());
      assertThat(inside.resolve("precious")).exists();
    } finally {
      Disk.run(List.of("umount", inside.toString()));
    }
    storage.delete(WEB);
    assertThat(storage.volumes()).isEmpty();
  }

  @Test
  void aFullDiskIsToldAndNothingIsLeft() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    StorageBackend.Filling tooMuch =
        tree -> {
          var mebibyte = new byte[1 << 20];
          try (var big = Files.newOutputStream(tree.resolve("big"))) {
            for (int written = 0; written < 400; written++) {
              big.write(mebibyte);
            }
          }
          return filled(tree, "Big");
        };
    assertThatThrownBy(() -> storage.make(new ImageName("big"), tooMuch, new FakeJob()))
        .hasMessageContaining("No space left on device");
    assertNothingHidden();
    assertThat(create(WEB)).isDirectory();
  }

  @Test
  void aPoolTellsItsLayoutAndItsSize() throws Exception {
    var pool = new Pool(new PoolName("fast"), storage).state();
    assertThat(pool.layout()).isEqualTo(layout());
    assertThat(pool.size().bytes()).isBetween(80L << 20, 640L << 20);
    assertThat(pool.used().bytes()).isLessThan(pool.size().bytes());
  }

  protected Path create(ContainerName name) throws IOException {
    return storage.create(name, DEBIAN, tree -> {}, new FakeJob());
  }

  private Object deleteWeb() throws IOException {
    storage.delete(WEB);
    return null;
  }

  protected ImageRecord fill(Path tree) throws IOException {
    return filled(tree, "One");
  }

  protected static ImageRecord filled(Path tree, String os) throws IOException {
    Files.createDirectories(tree.resolve("usr/lib"));
    Files.writeString(tree.resolve("usr/lib/os-release"), "PRETTY_NAME=" + os);
    Files.createSymbolicLink(tree.resolve("bin"), Path.of("usr/bin"));
    var su = Files.createDirectories(tree.resolve("usr/bin")).resolve("su");
    Files.writeString(su, "#!");
    Files.setAttribute(su, "unix:uid", 1234);
    Files.setAttribute(su, "unix:mode", 04750);
    Files.createLink(su.resolveSibling("su2"), su);
    return new ImageRecord(Instant.now(), Optional.of(os), "a test", Optional.empty());
  }

  protected void assertNothingHidden() throws IOException {
    try (var left = Files.list(storage.folder())) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".#"));
    }
  }

  protected static void assertProblem(ProblemCode code, String names, Callable<?> call) {
    assertThatThrownBy(call::call)
        .isInstanceOf(BerthException.class)
        .satisfies(e -> {
          assertThat(BerthException.problemOf(e).code()).isEqualTo(code);
          assertThat(BerthException.problemOf(e).message()).contains(names);
        });
  }
}
