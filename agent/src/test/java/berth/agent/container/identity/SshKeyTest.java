package berth.agent.container.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.linux.RootedFiles;
import berth.agent.process.HostProcesses;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys as OpenSSH's own ssh-keygen reads them. */
class SshKeyTest {
  private static final ContainerName WEB = new ContainerName("web");

  @TempDir Path tree;

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
  void theSecretPartIsReadByOpenSshAndGivesThePublicOne(String kind) throws Exception {
    var key = put("ssh_host_" + kind + "_key");
    renew();
    var told = new HostProcesses().run("ssh-keygen", "-y", "-f", key.toString()).stdout().strip();
    assertThat(Files.readString(Path.of(key + ".pub"))).isEqualTo(told + "\n").contains("root@web");
    assertThat(Files.getPosixFilePermissions(key))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void everyRenewalGivesOthersAndOnlyThoseThatWereThere() throws Exception {
    var key = put("ssh_host_ed25519_key");
    var outdated = put("ssh_host_dsa_key");
    renew();
    var first = Files.readString(key);
    renew();
    assertThat(first).startsWith("-----BEGIN OPENSSH PRIVATE KEY-----\n");
    assertThat(Files.readString(key)).isNotEqualTo(first);
    assertThat(outdated).doesNotExist();
    assertThat(key.resolveSibling("ssh_host_rsa_key")).doesNotExist();
  }

  @Test
  void anIdentityIsRenewedWithoutASecondFirstBoot() throws Exception {
    Files.createDirectories(tree.resolve("etc"));
    Files.writeString(tree.resolve("etc/machine-id"), "0123456789abcdef0123456789abcdef\n");
    var seed = Files.createDirectories(tree.resolve("var/lib/systemd")).resolve("random-seed");
    Files.write(seed, "seed".getBytes(UTF_8));
    Files.createDirectories(tree.resolve("var/log/journal/0123456789abcdef0123456789abcdef"));
    Identity.renew(WEB, tree);
    assertThat(Files.readString(tree.resolve("etc/machine-id")))
        .matches("[0-9a-f]{32}\n")
        .doesNotContain("0123456789abcdef");
    assertThat(tree.resolve("etc/hostname")).hasContent("web\n");
    assertThat(seed).doesNotExist();
    assertThat(tree.resolve("var/log/journal")).isEmptyDirectory();
  }

  @Test
  void aHostNameThatSomebodyChoseOutlivesARenaming() throws Exception {
    var file = Files.createDirectories(tree.resolve("etc")).resolve("hostname");
    Files.writeString(file, "web\n");
    Identity.rename(WEB, new ContainerName("www"), tree);
    assertThat(file).hasContent("www\n");
    Files.writeString(file, "shop.example\n");
    Identity.rename(new ContainerName("www"), WEB, tree);
    assertThat(file).hasContent("shop.example\n");
  }

  private Path put(String name) throws IOException {
    var folder = Files.createDirectories(tree.resolve("etc/ssh"));
    return Files.writeString(folder.resolve(name), "old");
  }

  private void renew() throws IOException {
    try (var files = RootedFiles.at(tree)) {
      SshHostKeys.renew(WEB, files);
    }
  }
}
