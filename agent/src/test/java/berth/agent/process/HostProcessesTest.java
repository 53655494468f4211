package berth.agent.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HostProcessesTest {
  private final Processes processes = new HostProcesses();

  @Test
  void outputAndExitCodeAreTold() {
    ProcessResult result = processes.attempt(sh("echo one; echo two; echo why >&2; exit 3"));
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.lines()).containsExactly("one", "two");
    assertThat(result.log()).containsExactly("why");
  }

  @Test
  void aFailureNamesTheProgramItsCodeAndItsLastWords() {
    assertThatThrownBy(() -> processes.run("ls", "/no/such/folder"))
        .asInstanceOf(type(ProcessFailed.class))
        .satisfies(e -> assertThat(e.program()).isEqualTo("ls"))
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(2))
        .satisfies(e -> assertThat(e.log().getLast()).contains("/no/such/folder"))
        .satisfies(e -> assertThat(e).hasMessageContaining("ls /no/such/folder failed with exit"));
  }

  @Test
  void aProgramThatIsNotInstalledIsNamed() {
    assertThatThrownBy(() -> processes.run("no-such-program", "x"))
        .isInstanceOf(ProcessFailed.class)
        .hasMessage("no-such-program x is not installed");
  }

  @Test
  void argumentsAreNoShell() {
    assertThat(processes.run("echo", "$HOME; `id`", "*").stdout()).isEqualTo("$HOME; `id` *\n");
  }

  @Test
  void theEnvironmentIsClean() {
    HostCommand env = HostCommand.of("env").with(Map.of("MORE", "1"));
    assertThat(processes.run(env).lines())
        .allMatch(line -> line.matches("(PATH|HOME|LC_ALL|MORE)=.*"))
        .contains("LC_ALL=C.UTF-8", "MORE=1");
  }

  @Test
  void theTimeLimitEndsTheProgramAndItsChildren(@TempDir Path folder) throws Exception {
    Path pids = folder.resolve("pids");
    HostCommand slow = sh("sleep 300 & echo $! > " + pids + "; echo begun >&2; wait");
    assertThatThrownBy(() -> processes.run(slow.within(Duration.ofMillis(500))))
        .isInstanceOf(ProcessFailed.class)
        .hasMessageContaining("was not done within PT0.5S: begun");
    long child = Long.parseLong(Files.readString(pids).strip());
    assertThat(ProcessHandle.of(child).map(ProcessHandle::onExit).orElse(completed()))
        .succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  void linesComeAsTheyAreWrittenAndACancelEndsIt() throws Exception {
    var first = new CompletableFuture<String>();
    HostProcess process = processes.start(sh("echo first; exec sleep 300"), first::complete);
    assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("first");
    process.cancel();
    assertThat(process.await().exitCode()).isEqualTo(128 + 15);
  }

  @Test
  void moreThanEightMegabytesOfOutputAreAFailureAndNotAnOutOfMemory() {
    HostCommand much = sh("head -c 20000000 /dev/zero | tr '\\0' 'x' | fold -w 1000");
    assertThatThrownBy(() -> processes.run(much)).hasMessageContaining("wrote more than");
  }

  @Test
  void aLineWithoutAnEndIsCut() {
    List<String> lines = new ArrayList<>();
    HostCommand much = sh("head -c 1000000 /dev/zero | tr '\\0' 'x'; echo; echo next");
    processes.start(much, lines::add).await();
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).hasSize(65536);
    assertThat(lines.getLast()).isEqualTo("next");
  }

  @Test
  void aDefectInTheTakerOfLinesEndsTheProgram() {
    HostProcess process =
        processes.start(
            sh("echo first; exec sleep 300"),
            _ -> {
              throw new IllegalStateException("a defect");
            });
    assertThatThrownBy(process::await).hasStackTraceContaining("a defect");
  }

  private static HostCommand sh(String script) {
    return HostCommand.of("sh", "-c", script).within(Duration.ofSeconds(30));
  }

  private static CompletableFuture<ProcessHandle> completed() {
    return CompletableFuture.completedFuture(null);
  }
}
