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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The agent's own tests of what this machine's kernel may lack, on a host with a kernel of its own:
 * limits and the freezer, which take control groups of version 2 with nothing beside them, and
 * thin-provisioned volumes.
 */
class AgentOnKernelIT {
  private static final LabFolder FOLDER =
      new LabFolder(Path.of("target", "on-kernel"), LabFolder.of(System.getenv()).cache());

  private static final String LIMITS = "berth.agent.container.LimitsIT";
  private static final String PROGRAMS = "berth.agent.exec.BareProgramsIT";

  private final TestKernel kernel = new TestKernel(FOLDER, System.out::println);

  @AfterEach
  void leaveNothing() {
    kernel.close();
    assertThat(Files.exists(FOLDER.run())).isFalse();
  }

  /** What takes minutes more is run by name: {@code -Dberth.kernel.tests=CLASS[#METHOD],...}. */
  @Test
  void limitsAndPausesHold() {
    run(
        Release.TRIXIE,
        LIMITS + "#limitsThatAreSetWhileItRunsAreTheKernelsAtOnce",
        LIMITS + "#aProgramPastTheMemoryLimitIsKilledAndTheContainerGoesOn",
        LIMITS + "#aPausedContainerStandsStillAndGoesOnWhereItWas",
        "berth.agent.storage.lvm.LvmIT#aVolumeIsMadeRunsGrowsIsCopiedAndComesBack");
  }

  @Test
  void programsRunAndLimitsHoldOnTheNewestSystemd() {
    run(
        Release.FORKY,
        PROGRAMS + "#exitCodeAndBothStreamsAreToldAndTheLessIsolationIs",
        PROGRAMS + "#itHasTheContainersNamespacesGroupAndNoMoreRightsThanIt",
        LIMITS + "#aProgramPastTheMemoryLimitIsKilledAndTheContainerGoesOn");
  }

  private void run(Release release, String... classes) {
    assumeTrue(
        TestKernel.isInstalled(),
        "NOT TESTED here: user-mode-linux, which Debian has for x86-64 alone");
    var guest = Lab.open(FOLDER, System.out::println).guestTar();
    kernel.boot(release, root -> AgentTests.bring(root, guest));

    var ran = kernel.run(AgentTests.command(named(classes)).toArray(String[]::new));

    System.out.println(ran.out());
    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
  }

  private static List<String> named(String... others) {
    var named = System.getProperty("berth.kernel.tests");
    return List.of(named != null ? named.split(",") : others);
  }
}
