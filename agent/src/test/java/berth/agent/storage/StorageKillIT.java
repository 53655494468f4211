package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.dispatch.FakeJob;
import berth.agent.process.HostProcesses;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.SnapshotName;
import berth.protocol.state.SnapshotState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kills a process in the middle of its work on a pool, at moments that nobody chose. */
class StorageKillIT {
  private static final ImageName IMAGE = new ImageName("image");
  private static final SnapshotName KEPT = new SnapshotName("kept");
  private static final int FILES = 400;
  private static final int KILLS = 6;

  @ParameterizedTest
  @EnumSource(names = {"BTRFS", "XFS"})
  void whatCanBeSeenIsWholeAndTheRestIsSwept(Disk.Kind kind) throws Exception {
    var random = new Random();
    try (var disk = Disk.of(kind)) {
      var storage = open(disk.root());
      make(storage);
      for (int i = 0; i < KILLS; i++) {
        killInTheMiddle(disk.root(), 20 + random.nextInt(400));
        storage.sweep();
        assertNothingHalf(storage);
      }
    }
  }

  private static SnapshotRecord record(ContainerName name) {
    return new SnapshotRecord(
        new SnapshotState(KEPT, Instant.now(), Optional.of("kept"), false, Optional.empty()),
        name,
        Optional.empty());
  }

  /** What is killed: makes, keeps, restores and removes volumes, and the image again, for ever. */
  public static void main(String[] arguments) throws Exception {
    var storage = open(Path.of(arguments[0]));
    System.out.println("begun");
    for (int i = 0; ; i = (i + 1) % 8) {
      var name = new ContainerName("c" + i);
      storage.delete(name, KEPT);
      storage.delete(name);
      storage.create(
          name, IMAGE, tree -> Files.createFile(tree.resolve("finished")), new FakeJob());
      storage.snapshot(name, record(name), false, () -> {}, new FakeJob());
      storage.restore(name, KEPT, Optional.empty(), (_, _) -> {}, () -> {}, new FakeJob());
      if (i % 4 == 3) {
        make(storage);
      }
    }
  }

  private static void killInTheMiddle(Path folder, int millis) throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process =
        new ProcessBuilder(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                StorageKillIT.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var said = process.inputReader()) {
      assertThat(said.readLine()).isEqualTo("begun");
      assertThat(process.waitFor(millis, TimeUnit.MILLISECONDS)).isFalse();
    } finally {
      // The parent first: one that sees its tools die would start others to clear up.
      var tools = process.descendants().toList();
      process.destroyForcibly().waitFor();
      tools.forEach(ProcessHandle::destroyForcibly);
      for (var tool : tools) {
        tool.onExit().join();
      }
    }
  }

  private static void assertNothingHalf(StorageBackend storage) throws IOException {
    assertThat(storage.images()).hasSize(1);
    for (var volume : storage.volumes()) {
      assertWhole(storage.volume(volume).orElseThrow());
    }
    for (var container : storage.snapshotted()) {
      assertThat(storage.snapshots(container)).isNotEmpty();
      for (var snapshot : storage.snapshots(container)) {
        assertThat(snapshot.record().state().comment()).contains("kept");
        assertWhole(snapshot.tree());
      }
    }
    try (var entries = Files.list(storage.folder())) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".#"));
    }
  }

  private static void assertWhole(Path tree) throws IOException {
    assertThat(tree.resolve("finished")).exists();
    try (var files = Files.list(tree.resolve("usr"))) {
      assertThat(files).as(tree + " is whole").hasSize(FILES);
    }
  }

  private static StorageBackend open(Path disk) throws IOException {
    var folders = Map.of(Pools.DEFAULT, disk.resolve("machines"));
    return Pools.open(folders, new Tools(new HostProcesses())).find(Optional.empty()).storage();
  }

  private static void make(StorageBackend storage) throws IOException {
    storage.make(
        IMAGE,
        tree -> {
          var usr = Files.createDirectory(tree.resolve("usr"));
          for (int i = 0; i < FILES; i++) {
            Files.writeString(usr.resolve("file" + i), "file " + i);
          }
          return new ImageRecord(Instant.now(), Optional.empty(), "a test", Optional.empty());
        },
        new FakeJob());
  }
}
