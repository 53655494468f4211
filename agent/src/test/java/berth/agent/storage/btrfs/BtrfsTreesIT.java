package berth.agent.storage.btrfs;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.linux.Subvolumes;
import berth.agent.process.HostProcesses;
import berth.agent.storage.Disk;
import berth.agent.storage.Tools;
import berth.agent.storage.directory.DirectoryTrees;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is of btrfs alone. */
class BtrfsTreesIT {
  private final BtrfsTrees trees =
      new BtrfsTrees(new DirectoryTrees(new Tools(new HostProcesses())));
  private Disk disk;
  private Path tree;

  @BeforeEach
  void mountADisk() throws Exception {
    disk = Disk.of(Disk.Kind.BTRFS);
    tree = disk.root().resolve("tree");
    trees.create(tree);
  }

  @AfterEach
  void unmountIt() throws Exception {
    disk.close();
  }

  @Test
  void deletingTakesNestedSubvolumesWithItTheDeepestFirst() throws Exception {
    var machines = Files.createDirectories(tree.resolve("var/lib")).resolve("machines");
    Subvolumes.create(machines);
    Subvolumes.create(tree.resolve("var/lib/portables"));
    Subvolumes.create(machines.resolve("inner"));
    var deep = Files.createDirectories(machines.resolve("inner/a/b"));
    Subvolumes.create(deep.resolve("deepest"));
    Files.writeString(deep.resolve("deepest/file"), "file");
    trees.delete(tree);
    assertThat(disk.root()).isEmptyDirectory();
    assertThat(subvolumes()).isEmpty();
  }

  @Test
  void deletingTakesWhatAContainerMadeToBeInTheWay() throws Exception {
    var newline = tree.resolve("new\nline ID 5 path x");
    Subvolumes.create(newline);
    Subvolumes.create(newline.resolve("within a read-only one"));
    Subvolumes.readOnly(newline, true);
    Disk.run(
        List.of("sh", "-c", "btrfs -q subvolume create \"$0/$(printf '\\377\\376')\"", "" + tree));
    Files.createSymbolicLink(tree.resolve("out"), disk.root());
    trees.delete(tree);
    assertThat(disk.root()).isEmptyDirectory();
    assertThat(subvolumes()).isEmpty();
  }

  @Test
  void deletingTakesMoreNestedSubvolumesThanTheKernelTellsAtOnce() throws Exception {
    for (int i = 0; i < 150; i++) {
      Subvolumes.create(tree.resolve("a-name-that-takes-up-some-room-in-the-answer-" + i));
    }
    trees.delete(tree);
    assertThat(subvolumes()).isEmpty();
  }

  @Test
  void deletingAFolderThatIsNoSubvolumeTakesTheSubvolumesInIt() throws Exception {
    var folder = Files.createDirectory(disk.root().resolve("folder"));
    Subvolumes.create(folder.resolve("nested"));
    Files.writeString(folder.resolve("nested/file"), "file");
    trees.delete(folder);
    assertThat(folder).doesNotExist();
    trees.delete(tree);
    assertThat(subvolumes()).isEmpty();
  }

  @Test
  void aSizeHoldsUntilItIsTakenBack() throws Exception {
    Disk.run(List.of("btrfs", "quota", "enable", disk.root().toString()));
    trees.limit(tree, Optional.of(ByteSize.parse("4MiB")));
    var file = tree.resolve("file");
    assertThatThrownBy(() -> write(file)).hasMessageContaining("quota exceeded");
    Files.delete(file);

    trees.limit(tree, Optional.empty());
    write(file);
    assertThat(file).hasSize(8 << 20);
  }

  @Test
  void withoutQuotasASizeIsRefusedWithWhatToDoAndNoneIsFine() {
    assertThatThrownBy(() -> trees.limit(tree, Optional.of(ByteSize.parse("4MiB"))))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).isEqualTo(ProblemCode.UNSUPPORTED);
          assertThat(problem.remedy().orElseThrow()).contains("btrfs quota enable");
        });
    assertThatCode(() -> trees.limit(tree, Optional.empty())).doesNotThrowAnyException();
  }

  /** Eight MiB, down to the disk: btrfs counts what it has written. */
  private static void write(Path file) throws IOException {
    try (var channel = FileChannel.open(file, CREATE, WRITE)) {
      for (var i = 0; i < 8; i++) {
        channel.write(ByteBuffer.wrap(random(1 << 20)));
        channel.force(true);
      }
    }
  }

  /** What can't be compressed. */
  private static byte[] random(int length) {
    var bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private String subvolumes() throws Exception {
    var list = List.of("btrfs", "subvolume", "list", disk.root().toString());
    var process = new ProcessBuilder(list).redirectErrorStream(true).start();
    return new String(
        process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
  }
}
