package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import berth.controller.lab.Lab;
import berth.controller.lab.LabFolder;
import berth.controller.lab.image.Release;
import berth.controller.lab.kernel.TestKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The agent's own tests of what this machine's kernel may lack, on a host with a kernel of its own:
 * limits and the freezer, which take control groups of version 2 with nothing beside them, and
 * thin-provisioned volumes. Such a kernel keeps one processor busy, so two of them run at once.
 */
class AgentOnKernelIT {
  private static final Path CACHE = LabFolder.of(System.getenv()).cache();

  private static final String LIMITS = "berth.agent.container.LimitsIT";
  private static final String PROGRAMS = "berth.agent.exec.BareProgramsIT";

  /** Of each kind one that takes the least time. */
  private static final String[] USUAL = {
    LIMITS + "#limitsThatAreSetWhileItRunsAreTheKernelsAtOnce",
    LIMITS + "#aProgramPastTheMemoryLimitIsKilledAndTheContainerGoesOn",
    LIMITS + "#aPausedContainerStandsStillAndGoesOnWhereItWas",
    "berth.agent.storage.lvm.LvmIT#aVolumeIsMadeRunsGrowsIsCopiedAndComesBack"
  };

  private static final String[] NEWEST = {
    PROGRAMS + "#exitCodeAndBothStreamsAreToldAndTheLessIsolationIs",
    PROGRAMS + "#itHasTheContainersNamespacesGroupAndNoMoreRightsThanIt",
    LIMITS + "#aProgramPastTheMemoryLimitIsKilledAndTheContainerGoesOn"
  };

  private static Path guest;

  @BeforeAll
  static void makeAGuest() {
    var folder = new LabFolder(Path.of("target", "on-kernel"), CACHE);
    guest = Lab.open(folder, System.out::println).guestTar();
  }

  /**
   * What takes minutes more is run by name: {@code -Dberth.kernel.tests=CLASS[#METHOD],...}. The
   * tests of the newest systemd run at the same time.
   */
  @Test
  void limitsAndPausesHold() throws Exception {
    var named = System.getProperty("berth.kernel.tests");
    if (named != null) {
      run(Release.TRIXIE, named.split(","));
      return;
    }
    try (var threads = Executors.newFixedThreadPool(2)) {
      var usual = threads.submit(() -> run(Release.TRIXIE, USUAL));
      var newest = threads.submit(() -> run(Release.FORKY, NEWEST));
      usual.get();
      newest.get();
    }
  }

  private static void run(Release release, String... classes) {
    assumeTrue(
        TestKernel.isInstalled(),
        "NOT TESTED here: user-mode-linux, which Debian has for x86-64 alone");
    var folder = new LabFolder(Path.of("target", "on-kernel-" + release), CACHE);
    try (var kernel = new TestKernel(folder, AgentOnKernelIT::say)) {
      kernel.boot(release, root -> AgentTests.bring(root, guest));

      var ran = kernel.run(AgentTests.command(List.of(classes)).toArray(String[]::new));

      System.out.println(ran.out());
      assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    }
    assertThat(Files.exists(folder.run())).isFalse();
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
