package berth.agent.copy;

import static berth.agent.copy.Trees.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.agent.linux.Subvolumes;
import berth.agent.process.HostProcesses;
import berth.agent.storage.Disk;
import berth.agent.storage.Pools;
import berth.agent.storage.StorageBackend;
import berth.agent.storage.StorageFailure;
import berth.agent.storage.Tools;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Archives from one layout to another, on real file systems. */
@ParameterizedClass
@CsvSource({"BTRFS,XFS", "XFS,BTRFS", "BTRFS,EXT4"})
class ArchiveLayoutsIT {
  private static final ContainerName WEB = new ContainerName("web");
  private static final Manifest MANIFEST =
      new Manifest(WEB, Instant.EPOCH, Optional.empty(), Wire.json().createObjectNode(), List.of());

  @Parameter(0)
  Disk.Kind from;

  @Parameter(1)
  Disk.Kind to;

  private final Tools tools = new Tools(new HostProcesses());
  private final TreeArchive archives = new TreeArchive(tools);
  @TempDir private Path folder;
  private Disk source;
  private Disk target;
  private StorageBackend old;
  private StorageBackend storage;
  private Path file;

  @BeforeEach
  void makeAVolume() throws Exception {
    source = Disk.of(from);
    target = Disk.of(to);
    old = open(source);
    storage = open(target);
    file = folder.resolve("web.tar.zst");
    old.make(WEB, Optional.empty(), ArchiveLayoutsIT::fill, new FakeJob());
  }

  @AfterEach
  void unmountThem() throws Exception {
    target.close();
    source.close();
  }

  @Test
  void aVolumeIsAsItWasInAnotherLayout() throws Exception {
    var web = old.volume(WEB).orElseThrow();
    if (from == Disk.Kind.BTRFS) {
      Subvolumes.create(web.resolve("nested"));
      Files.writeString(web.resolve("nested/inside"), "a subvolume's");
    }
    write(web);
    var made = storage.make(WEB, Optional.empty(), this::unpack, new FakeJob());
    assertThat(seen(made)).isEqualTo(seen(web));
    assertThat(storage.volumes()).containsExactly(WEB);
    assertNothingHidden();
  }

  @Test
  void whatIsDamagedOrDoesNotFitLeavesNothing() throws Exception {
    write(old.volume(WEB).orElseThrow());
    run("truncate", "-s", "-30", file.toString());
    assertThatThrownBy(() -> storage.make(WEB, Optional.empty(), this::unpack, new FakeJob()))
        .isInstanceOf(BerthException.class);
    assertThat(storage.volumes()).isEmpty();

    var large = old.volume(WEB).orElseThrow().resolve("random");
    run("dd", "if=/dev/urandom", "of=" + large, "bs=1M", "count=30", "status=none");
    write(old.volume(WEB).orElseThrow());
    run(
        "sh",
        "-c",
        "dd if=/dev/zero of=$0/ballast bs=1M 2>/dev/null; sync; true",
        target.root() + "");
    run("truncate", "-s", "-20M", target.root() + "/ballast");
    assertThatThrownBy(() -> storage.make(WEB, Optional.empty(), this::unpack, new FakeJob()))
        .isInstanceOfSatisfying(
            IOException.class,
            e ->
                assertThat(StorageFailure.of("import it", e).problem().code())
                    .isEqualTo(ProblemCode.NO_SPACE));
    assertThat(storage.volumes()).isEmpty();
    assertNothingHidden();
  }

  /** How many names a folder has is the file system's affair. */
  private static List<String> seen(Path tree) {
    return Trees.seen(tree).stream()
        .map(line -> line.replaceFirst("( d [0-7]+ \\d+:\\d+ \\S+ ) \\d+ $", "$1"))
        .toList();
  }

  private void unpack(Path tree) throws IOException {
    var most = new ByteSize(storage.room().free());
    assertThat(archives.read(file, tree, most, new FakeJob())).isEmpty();
  }

  private void write(Path tree) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      archives.write(tree, MANIFEST, () -> {}, out, new FakeJob());
    }
  }

  private static void fill(Path tree) throws IOException {
    Trees.fill(tree);
    Files.createDirectories(tree.resolve("etc"));
    var capability = HexFormat.of().parseHex("0100000200040000000000000000000000000000");
    Trees.attribute(tree.resolve("large"), "security.capability", capability);
    for (var i = 0; i < 40; i++) {
      Files.writeString(tree.resolve("etc/f" + i), "file " + i);
    }
  }

  private StorageBackend open(Disk disk) throws IOException {
    return Pools.open(Map.of(Pools.DEFAULT, disk.root()), tools).find(Optional.empty()).storage();
  }

  private void assertNothingHidden() throws IOException {
    try (var entries = Files.list(target.root())) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".#berth"));
    }
  }
}
