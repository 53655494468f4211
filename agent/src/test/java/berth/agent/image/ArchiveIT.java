package berth.agent.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.agent.process.HostProcesses;
import berth.agent.storage.Disk;
import berth.agent.storage.Tools;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives unpacked by the real tar, as root. */
class ArchiveIT {
  private final Archive archive = new Archive(new Tools(new HostProcesses()));
  @TempDir Path folder;
  private Path root;
  private Path tree;

  @BeforeEach
  void makeARoot() throws Exception {
    root = Files.createDirectory(folder.resolve("root"));
    tree = Files.createDirectory(folder.resolve("tree"));
    Files.createDirectories(root.resolve("usr/lib"));
    Files.writeString(root.resolve("usr/lib/os-release"), "PRETTY_NAME=Test");
    var ping = Files.writeString(root.resolve("usr/ping"), "#!");
    Files.setAttribute(ping, "unix:uid", 4242);
    Files.setAttribute(ping, "unix:mode", 04755);
    Files.setAttribute(ping, "user:note", ByteBuffer.wrap("kept".getBytes(UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tar", "tar.gz", "tar.xz", "tar.zst"})
  void aRootIsUnpackedAsItWasHoweverItIsCompressed(String suffix) throws Exception {
    unpack(pack("image." + suffix, "."));
    var ping = tree.resolve("usr/ping");
    assertThat(Files.getAttribute(ping, "unix:uid")).isEqualTo(4242);
    assertThat((int) Files.getAttribute(ping, "unix:mode") & 07777).isEqualTo(04755);
    assertThat(Files.getAttribute(ping, "user:note")).isEqualTo("kept".getBytes(UTF_8));
  }

  @Test
  void noMemberGetsOutOfTheTree() throws Exception {
    var outside = Files.createDirectory(folder.resolve("outside"));
    Files.createSymbolicLink(root.resolve("link"), outside);
    Files.createSymbolicLink(root.resolve("up"), Path.of("../outside"));
    var image = pack("image.tar", ".");
    Files.delete(root.resolve("link"));
    Files.delete(root.resolve("up"));
    for (var name : List.of("link", "up")) {
      Files.writeString(Files.createDirectory(root.resolve(name)).resolve("evil"), "evil");
    }
    Files.writeString(folder.resolve("escaped"), "evil");
    append(image, "./link/evil", "./up/evil");
    append(image, "-P", "../escaped", folder.resolve("escaped").toString());
    Files.delete(folder.resolve("escaped"));
    try {
      unpack(image);
    } catch (BerthException e) {
      assertThat(e.problem().code()).isEqualTo(ProblemCode.FAILED);
    }
    assertThat(outside).isEmptyDirectory();
    assertThat(Files.exists(folder.resolve("escaped"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void aFolderAroundTheRootIsRefusedByName() throws Exception {
    var image = folder.resolve("image.tar");
    Disk.run(List.of("tar", "-C", folder.toString(), "-cf", image.toString(), "root"));
    assertRefused(image, "no folder /usr; at its top: root");
  }

  @Test
  void aRootWithoutOsReleaseIsRefused() throws Exception {
    Files.delete(root.resolve("usr/lib/os-release"));
    assertRefused(pack("image.tar", "."), "neither /etc/os-release nor /usr/lib/os-release");
    Files.createSymbolicLink(root.resolve("usr/lib/os-release"), Path.of("/etc/passwd"));
    tree = Files.createDirectory(folder.resolve("tree2"));
    assertRefused(pack("image.tar", "."), "neither /etc/os-release nor /usr/lib/os-release");
  }

  @Test
  void whatIsNoArchiveIsRefused() throws Exception {
    var file = Files.writeString(folder.resolve("file"), "no archive");
    assertRefused(file, "no tar archive");
    assertRefused(Files.write(file, new byte[0]), "no tar archive");
    assertRefused(Files.write(file, new byte[4096]), "no tar archive");
  }

  @Test
  void aBrokenArchiveFailsWithWhatTarSaid() throws Exception {
    var image = pack("image.tar.gz", ".");
    var bytes = Files.readAllBytes(image);
    Files.write(image, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> unpack(image))
        .satisfies(e -> {
          assertThat(BerthException.problemOf(e).code()).isEqualTo(ProblemCode.FAILED);
          assertThat(BerthException.problemOf(e).log()).isNotEmpty();
        });
  }

  private void assertRefused(Path file, String because) {
    assertThatThrownBy(() -> unpack(file))
        .satisfies(e -> {
          assertThat(BerthException.problemOf(e).code()).isEqualTo(ProblemCode.INVALID);
          assertThat(BerthException.problemOf(e).message()).contains(because);
        });
  }

  private void unpack(Path file) throws Exception {
    archive.unpack(file, tree, new FakeJob());
  }

  private Path pack(String name, String... members) throws Exception {
    var file = folder.resolve(name);
    var argv = new ArrayList<>(List.of("tar", "-C", root.toString(), "--xattrs", "-caf"));
    argv.add(file.toString());
    argv.addAll(List.of(members));
    Disk.run(argv);
    return file;
  }

  private void append(Path file, String... members) throws Exception {
    var argv = new ArrayList<>(List.of("tar", "-C", root.toString(), "-rf", file.toString()));
    argv.addAll(List.of(members));
    Disk.run(argv);
  }
}
