package berth.controller.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The scripts as they are, on the machine as it is. */
class LauncherIT {
  @Test
  void aMachineWithoutANewEnoughJdkIsToldWhatToInstall() throws Exception {
    var outcome =
        call(
            "env",
            "-u",
            "JAVA_HOME",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs none /usr/lib/jvm && mount -t tmpfs none /opt && ../berth ls");

    assertThat(outcome.output()).contains("needs a JDK of version 25", "apt-get install", "dnf");
    assertThat(outcome.exit()).isEqualTo(125);
  }

  @Test
  void shellcheckFindsNothingInTheScripts() throws Exception {
    var outcome = call("shellcheck", "../berth", "../.ci/run", "../agent/src/main/bin/berth-agent");

    assertThat(outcome.output()).isEmpty();
    assertThat(outcome.exit()).isEqualTo(0);
  }

  private record Outcome(int exit, String output) {}

  private static Outcome call(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), output);
  }
}
