package berth.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.Eventually;
import berth.agent.dispatch.FakeJob;
import berth.agent.dispatch.Job;
import berth.agent.process.HostProcesses;
import berth.agent.report.FakeReporter;
import berth.agent.storage.Disk;
import berth.agent.storage.Pools;
import berth.agent.storage.Tools;
import berth.agent.transfer.Download;
import berth.protocol.BerthException;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.command.ImageCommand.BuildImage;
import berth.protocol.command.Recipe;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Builds that come to nothing, by the real builder: they leave nothing either. */
@Timeout(120)
class DebootstrapIT {
  private static final ImageName IMAGE = new ImageName("debian-13");

  private final FakeReporter reporter = new FakeReporter();
  private Disk disk;
  private Path folder;
  private Images images;

  @BeforeEach
  void mountADisk() throws Exception {
    disk = Disk.of(Disk.Kind.BIG_BTRFS);
    folder = disk.root().resolve("machines");
    var tools = new Tools(new HostProcesses());
    images =
        new Images(
            Pools.open(Map.of(Pools.DEFAULT, folder), tools),
            new Debootstrap(tools),
            new Download(URI.create("http://127.0.0.1:1")),
            new Archive(tools),
            reporter);
  }

  @AfterEach
  void unmountIt() throws Exception {
    disk.close();
  }

  @Test
  void aCancelledBuildLeavesNoTreeNoProcessAndNoMount() throws Exception {
    var job = new FakeJob();
    var built = CompletableFuture.runAsync(() -> build(Optional.empty(), job));
    Eventually.holds("it tells of its progress", () -> !job.progress.isEmpty());
    job.cancel();
    assertThatThrownBy(built::join).isInstanceOf(CompletionException.class);
    assertNothingIsLeft();
  }

  @Test
  void aMirrorThatIsNotThereIsToldWithTheLog() throws Exception {
    var nowhere = URI.create("http://127.0.0.1:1/debian");
    assertThatThrownBy(() -> build(Optional.of(nowhere), new FakeJob()))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).isEqualTo(ProblemCode.FAILED);
          assertThat(String.join("\n", problem.log())).contains("127.0.0.1");
        });
    assertNothingIsLeft();
  }

  private void build(Optional<URI> mirror, Job job) {
    var recipe = new Recipe.Debootstrap("trixie", mirror, List.of());
    images.perform(new BuildImage(IMAGE, Optional.empty(), recipe), job);
  }

  private void assertNothingIsLeft() throws Exception {
    assertThat(folder).isEmptyDirectory();
    assertThat(reporter.events).isEmpty();
    assertThat(ProcessHandle.allProcesses().map(p -> p.info().commandLine().orElse("")))
        .noneMatch(line -> line.contains(folder.toString()));
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(folder + "/");
  }
}
