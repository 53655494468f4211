package berth.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.ByteSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFactsSourceTest {
  @TempDir Path root;

  @Test
  void factsAreReadFromTheKernelAndTheOsRelease() throws Exception {
    write("usr/lib/os-release", "# a comment\nPRETTY_NAME=\"Debian GNU/Linux 13\"\nID=debian\n");
    write("proc/sys/kernel/osrelease", "6.12.0\n");
    write("proc/sys/kernel/random/boot_id", "7a1c\n");
    write("proc/meminfo", "MemTotal:        2048 kB\nMemFree: 1 kB\n");
    write("proc/stat", "cpu 1 2 3\nbtime 1700000000\n");
    var facts = new HostFactsSource(root, "0.1.0", () -> "257").get();
    assertThat(facts.os()).isEqualTo("Debian GNU/Linux 13");
    assertThat(facts.osId()).isEqualTo("debian");
    assertThat(facts.kernel()).isEqualTo("6.12.0");
    assertThat(facts.bootId()).isEqualTo("7a1c");
    assertThat(facts.memory()).isEqualTo(new ByteSize(2048 * 1024));
    assertThat(facts.bootedAt()).isEqualTo(Instant.ofEpochSecond(1_700_000_000L));
    assertThat(facts.systemd()).isEqualTo("257");
    assertThat(facts.agentVersion()).isEqualTo("0.1.0");
  }

  @Test
  void theMachineThatRunsThisIsRead() {
    var facts = new HostFactsSource(Path.of("/"), "0.1.0", () -> "257").get();
    assertThat(facts.cpus()).isPositive();
    assertThat(facts.memory().bytes()).isPositive();
    assertThat(facts.bootedAt()).isBefore(Instant.now());
    assertThat(facts.addresses()).noneMatch(address -> address.startsWith("127."));
  }

  private void write(String file, String text) throws Exception {
    var path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
