package berth.agent.copy;

import static berth.agent.copy.Trees.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.copy.tar.TarEntry;
import berth.agent.copy.tar.TarEntry.Kind;
import berth.agent.copy.tar.TarWriter;
import berth.agent.dispatch.FakeJob;
import berth.agent.process.HostProcesses;
import berth.agent.settings.Entry;
import berth.agent.storage.Tools;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.reply.Result.CopyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives of whole containers: what is in them, and what is made of those that mean harm. */
class TreeArchiveTest {
  private static final ByteSize PLENTY = new ByteSize(1L << 30);
  private static final Manifest MANIFEST =
      new Manifest(
          new ContainerName("web"),
          Instant.parse("2026-11-25T14:00:00Z"),
          Optional.of(new ImageName("trixie")),
          Wire.json().createObjectNode().put("description", "für alle"),
          List.of(new Entry("Exec", "NotifyReady", "yes")));

  private final TreeArchive archives = new TreeArchive(new Tools(new HostProcesses()));
  @TempDir private Path folder;
  private Path tree;
  private Path file;
  private Path copy;

  @BeforeEach
  void makeATree() throws IOException {
    tree = Files.createDirectory(folder.resolve("tree"));
    file = folder.resolve("web.tar.zst");
    copy = Files.createDirectory(folder.resolve("copy"));
    Trees.fill(tree);
    run("mknod", "-m", "600", tree + "/whiteout", "c", "0", "0");
    run("mknod", "-m", "666", tree + "/null", "c", "1", "3");
    run("chmod", "711", tree.toString());
  }

  @Test
  void aTreeComesOutAsItWentInWithWhatWasSaidOfIt() throws Exception {
    var written = write();
    assertThat(written.size().bytes()).isEqualTo(Files.size(file));
    assertThat(run("sha256sum", file.toString())).startsWith(written.sha256() + " ");
    assertThat(written.warnings()).isEmpty();
    assertThat(archives.manifest(file)).isEqualTo(MANIFEST);
    assertThat(archives.read(file, copy, PLENTY, new FakeJob())).isEmpty();
    assertThat(Trees.seen(copy)).isEqualTo(Trees.seen(tree));
    assertThat(Trees.allocated(copy.resolve("hole"))).isLessThan(1 << 20);
    assertThat(run("stat", "-c", "%t:%T", copy + "/whiteout", copy + "/null"))
        .isEqualTo("0:0\n1:3\n");
  }

  @Test
  void gnuTarReadsItAndHasNothingToComplainOf() throws Exception {
    write();
    var told =
        run(
            "tar",
            "-x",
            "-p",
            "--zstd",
            "--xattrs",
            "--xattrs-include=*",
            "--numeric-owner",
            "-f",
            file.toString(),
            "-C",
            copy.toString());
    assertThat(told).isEmpty();
    assertThat(Trees.seen(copy)).isEqualTo(Trees.seen(tree));
  }

  @Test
  void whatAPrivateUserOwnsIsTheContainersInTheArchive() throws Exception {
    run("chown", "-R", "-h", "65536:65536", tree.toString());
    run("chown", "65569:65580", tree + "/plain");
    write();
    archives.read(file, copy, PLENTY, new FakeJob());
    assertThat(run("stat", "-c", "%u:%g", copy.toString(), copy + "/plain"))
        .isEqualTo("0:0\n33:44\n");
  }

  @Test
  void whatWasChangedMeanwhileIsNoArchive() throws Exception {
    try (var out = Files.newOutputStream(file)) {
      Archives.Check started =
          () -> {
            throw new BerthException(ProblemCode.CONFLICT, "it was started");
          };
      assertRefused(
          ProblemCode.CONFLICT,
          "it was started",
          () -> archives.write(tree, MANIFEST, started, out, new FakeJob()));
    }
    assertDamaged("it ends");
  }

  @Test
  void aByteThatChangedOrIsMissingIsFound() throws Exception {
    write();
    var plain = plain();
    var bytes = Files.readAllBytes(plain);
    var large = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("plain\n");
    bytes[large] ^= 1;
    Files.write(file, bytes);
    assertDamaged("its SHA-256 is not the one");
    run("truncate", "-s", "1000000", plain.toString());
    Files.move(plain, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertDamaged("it ends");
    write();
    run("truncate", "-s", "-20", file.toString());
    assertThatThrownBy(() -> archives.read(file, copy, PLENTY, new FakeJob()))
        .isInstanceOf(BerthException.class);
  }

  @Test
  void onlyAnArchiveOfAContainerIsOne() throws Exception {
    run("tar", "-C", tree.toString(), "--zstd", "-cf", file.toString(), ".");
    assertNone();
    Files.writeString(file, "no archive");
    assertNone();
    Files.writeString(file, "");
    assertNone();
    hostile(
        new TarEntry[] {
          folder(".").saying(MANIFEST.comment().replace("version\":1", "version\":9"))
        });
    assertRefused(ProblemCode.INVALID, "of version 9", () -> archives.manifest(file));
  }

  @Test
  void moreThanThereIsRoomForIsRefused() throws Exception {
    write();
    assertRefused(
        ProblemCode.NO_SPACE,
        "more than the 2.0 MiB",
        () -> archives.read(file, copy, new ByteSize(2 << 20), new FakeJob()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "a/../../evil", "etc/../../evil"})
  void nothingLeadsOutOfTheTree(String name) throws Exception {
    hostile(new TarEntry[] {first(), file(name)});
    assertRefused(
        ProblemCode.INVALID,
        "leads out of it",
        () -> archives.read(file, copy, PLENTY, new FakeJob()));
    assertThat(folder.resolve("evil")).doesNotExist();
  }

  @Test
  void whatALinkLeadsToIsInTheTree() throws Exception {
    var outside = Files.createDirectory(folder.resolve("outside"));
    hostile(
        new TarEntry[] {
          first(),
          file("/absolute"),
          link("out", outside.toString()),
          link("up", "../outside"),
          file("out/evil"),
        });
    assertThatThrownBy(() -> archives.read(file, copy, PLENTY, new FakeJob()))
        .isInstanceOfAny(BerthException.class, IOException.class);
    assertThat(outside).isEmptyDirectory();
    assertThat(copy.resolve("absolute")).exists();
  }

  @Test
  void aLinkToAFolderOfTheTreeIsFollowedWithinIt() throws Exception {
    hostile(
        new TarEntry[] {
          first(), folder("usr"), folder("usr/bin"), link("bin", "usr/bin"), file("bin/sh"),
        });
    assertThatThrownBy(() -> archives.read(file, copy, PLENTY, new FakeJob()))
        .hasMessageContaining("before its last member");
    assertThat(copy.resolve("usr/bin/sh")).isRegularFile();
    assertThat(copy).isDirectoryNotContaining(path -> path.toString().contains(".berth-cp-"));
  }

  @Test
  void aNodeOfADiskIsLeftOut() throws Exception {
    hostile(
        new TarEntry[] {
          first(),
          special("sda", true, 8, 0),
          special("mem", false, 1, 1),
          special("tty", false, 5, 0)
        });
    assertThatThrownBy(() -> archives.read(file, copy, PLENTY, new FakeJob()))
        .hasMessageContaining("before its last member");
    assertThat(copy.resolve("sda")).doesNotExist();
    assertThat(copy.resolve("mem")).doesNotExist();
    assertThat(copy.resolve("tty")).exists();
  }

  private CopyResult write() throws IOException {
    try (var out = Files.newOutputStream(file)) {
      return archives.write(tree, MANIFEST, () -> {}, out, new FakeJob());
    }
  }

  private Path plain() {
    var plain = folder.resolve("plain.tar");
    run("zstd", "-q", "-d", file.toString(), "-o", plain.toString());
    return plain;
  }

  private void hostile(TarEntry[] entries) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      var tar = new TarWriter(out);
      for (var entry : entries) {
        tar.begin(entry);
        tar.end();
      }
      tar.finish();
    }
  }

  private static TarEntry first() {
    return folder(".").saying(MANIFEST.comment());
  }

  private static TarEntry folder(String name) {
    return entry(Kind.FOLDER, name, "");
  }

  private static TarEntry file(String name) {
    return entry(Kind.FILE, name, "");
  }

  private static TarEntry link(String name, String to) {
    return entry(Kind.SYMBOLIC_LINK, name, to);
  }

  private static TarEntry special(String name, boolean block, long major, long minor) {
    return entry(Kind.DEVICE, name, "").of(new TarEntry.Device(block, major, minor));
  }

  private static TarEntry entry(Kind kind, String name, String link) {
    return new TarEntry(kind, name, link, 0755, 0, 0, 0, Instant.EPOCH, Map.of(), Optional.empty());
  }

  private void assertNone() {
    assertRefused(ProblemCode.INVALID, "no archive of a container", () -> archives.manifest(file));
  }

  private void assertDamaged(String how) {
    assertThatThrownBy(() -> archives.read(file, copy, PLENTY, new FakeJob()))
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.INVALID))
        .hasMessageContaining(how);
  }

  private static void assertRefused(ProblemCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BerthException.class, e -> assertThat(e.problem().code()).isEqualTo(code))
        .hasMessageContaining(message);
  }
}
