package berth.agent.container.identity;

import berth.agent.linux.RootedFiles;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.util.Base64;
import java.util.List;

/**
 * The host keys of a tree's OpenSSH (sshd(8)). Nothing makes them anew on Debian once they are
 * gone, so they are made here.
 */
final class SshHostKeys {
  private static final String FOLDER = "etc/ssh";
  private static final int LINE = 70;

  private SshHostKeys() {}

  /** Puts other keys in the place of those that are there; of a kind that is outdated, none. */
  static void renew(ContainerName container, RootedFiles files) throws IOException {
    for (var kind : List.of("ed25519", "ecdsa", "rsa", "dsa")) {
      var name = "ssh_host_" + kind + "_key";
      if (!files.hasFile(FOLDER + "/" + name)) {
        continue;
      }
      files.removeFile(FOLDER, name);
      files.removeFile(FOLDER, name + ".pub");
      if (!kind.equals("dsa")) {
        var key = SshKey.make(kind, "root@" + container);
        files.replace(FOLDER, name, armoured(key.secret().array()), "rw-------");
        files.replace(FOLDER, name + ".pub", key.line() + "\n", "rw-r--r--");
      }
    }
  }

  private static String armoured(byte[] secret) {
    var lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(secret);
    return "-----BEGIN OPENSSH PRIVATE KEY-----\n"
        + lines
        + "\n-----END OPENSSH PRIVATE KEY-----\n";
  }
}
