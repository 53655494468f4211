package berth.controller.lab.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The host's side is the script itself, run by this machine's shell on pipes. */
class ConsoleTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir private Path share;
  private Process host;

  @AfterEach
  void end() {
    host.destroyForcibly();
  }

  @Test
  void whatAProgramSaysAndItsExitComeBackAsTheyAre() throws IOException {
    var console = on(Console.SCRIPT);
    assertThat(console.awaitUp(LONG)).isEmpty();
    var ran = console.run(List.of("sh", "-c", "echo \"$1\"; echo 2 0 >&2; exit 7", "sh", "a\nup"));
    assertThat(ran.exit()).isEqualTo(7);
    assertThat(ran.out()).isEqualTo("a\nup\n");
    assertThat(ran.err()).isEqualTo("2 0\n");
    assertThat(console.run(List.of("true")).ok()).isTrue();
  }

  @Test
  void whatStandsOnTheLineAheadOfItsFirstWordIsTold() throws IOException {
    var console = on("printf '\\033P+q6E616D65\\033\\\\up\\n'; read -r end");
    assertThat(console.awaitUp(LONG)).hasValue("said ?P+q6E616D65?\\up before it was up");
  }

  @Test
  void anEndAndALongWaitAreToldApart() throws IOException {
    assertThat(on("exit").awaitUp(LONG)).hasValue("ended before it was up");
    assertThat(on("read -r end").awaitUp(Duration.ZERO)).hasValue("did not boot in 0 s");
  }

  private Console on(String script) throws IOException {
    host =
        new ProcessBuilder("bash", "-c", script, "console", share.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new Console(host, share);
  }
}
