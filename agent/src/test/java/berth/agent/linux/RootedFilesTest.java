package berth.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class RootedFilesTest {
  @TempDir Path folder;
  private Path tree;
  private Path secret;
  private RootedFiles files;

  @BeforeEach
  void open() throws Exception {
    tree = Files.createDirectory(folder.resolve("tree"));
    Files.createDirectories(tree.resolve("etc"));
    secret = Files.writeString(folder.resolve("secret"), "secret");
    files = RootedFiles.at(tree);
  }

  @AfterEach
  void close() {
    files.close();
  }

  @Test
  void aFileIsReadUpToALimit() throws Exception {
    Files.writeString(tree.resolve("etc/os-release"), "ID=debian");
    assertThat(files.read("etc/os-release", 100)).contains("ID=debian");
    assertThat(files.read("etc/os-release", 2)).contains("ID");
    assertThat(files.read("etc/none", 100)).isEmpty();
  }

  @Test
  void aLinkIsFollowedOnlyWithinTheTree() throws Exception {
    Files.createDirectories(tree.resolve("usr/lib"));
    Files.writeString(tree.resolve("usr/lib/os-release"), "ID=inside");
    Files.createSymbolicLink(tree.resolve("etc/os-release"), Path.of("/usr/lib/os-release"));
    assertThat(files.read("etc/os-release", 100)).contains("ID=inside");
    Files.createSymbolicLink(tree.resolve("etc/out"), secret);
    Files.createSymbolicLink(tree.resolve("etc/up"), Path.of("../../secret"));
    Files.createSymbolicLink(tree.resolve("etc/round"), Path.of("round"));
    assertThat(files.read("etc/out", 100)).isEmpty();
    assertThat(files.read("etc/up", 100)).isEmpty();
    assertThat(files.read("etc/round", 100)).isEmpty();
    assertThat(files.read("../secret", 100)).isEmpty();
  }

  @Test
  void whatIsNoPlainFileIsNotOpened() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", tree + "/etc/pipe").start().waitFor()).isZero();
    assertThat(files.read("etc/pipe", 100)).isEmpty();
    assertThat(files.read("etc", 100)).isEmpty();
    assertThat(files.hasFile("etc/pipe")).isFalse();
    assertThat(files.hasDirectory("etc")).isTrue();
  }

  @Test
  void aLinkInAFilesPlaceIsReplacedAndNotWrittenThrough() throws Exception {
    Files.createSymbolicLink(tree.resolve("etc/hostname"), secret);
    files.replace("etc", "hostname", "web\n", "rw-r--r--");
    assertThat(secret).hasContent("secret");
    assertThat(tree.resolve("etc/hostname")).isRegularFile().hasContent("web");
    assertThat(Files.isSymbolicLink(tree.resolve("etc/hostname"))).isFalse();
    assertThat(Files.getPosixFilePermissions(tree.resolve("etc/hostname")))
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
  }

  @Test
  void aFolderThatIsALinkOutOfTheTreeIsNotWrittenInto() throws Exception {
    var outside = Files.createDirectory(folder.resolve("outside"));
    Files.delete(tree.resolve("etc"));
    Files.createSymbolicLink(tree.resolve("etc"), outside);
    assertThatThrownBy(() -> files.replace("etc", "hostname", "web\n", "rw-r--r--"))
        .isInstanceOf(IOException.class);
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void emptyingAFolderTakesLinksAndLeavesWhatTheyLeadTo() throws Exception {
    var outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("precious"), "precious");
    var journal = Files.createDirectories(tree.resolve("var/log/journal"));
    Files.createSymbolicLink(journal.resolve("link"), outside);
    Files.writeString(Files.createDirectory(journal.resolve("deep")).resolve("file"), "file");
    files.empty("var/log/journal");
    assertThat(journal).isEmptyDirectory();
    assertThat(outside.resolve("precious")).exists();
    files.empty("var/log/none");
  }

  @Test
  void emptyingAFolderThatIsALinkOutOfTheTreeTakesNothing() throws Exception {
    var outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("precious"), "precious");
    Files.createDirectories(tree.resolve("var/log"));
    Files.createSymbolicLink(tree.resolve("var/log/journal"), outside);
    files.empty("var/log/journal");
    assertThat(outside.resolve("precious")).exists();
    assertThat(Files.exists(tree.resolve("var/log/journal"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }
}
