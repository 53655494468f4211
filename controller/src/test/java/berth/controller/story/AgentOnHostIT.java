package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.lab.Lab;
import berth.controller.lab.LabFolder;
import berth.controller.lab.LabPlan;
import berth.controller.lab.image.Release;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The agent's own tests that need a real systemd host, run inside one: a bare host without an agent
 * that would look at the same containers.
 */
class AgentOnHostIT {
  /** What depends most on how systemd says things; none of these classes means all. */
  private static final List<String> OLDEST =
      List.of(
          "berth.agent.container.ContainersIT",
          "berth.agent.container.SpecIT",
          "berth.agent.container.VerbsIT",
          "berth.agent.process.ContainerProcessIT",
          "berth.agent.systemd.ContainerWatchIT");

  private final Lab lab =
      Lab.open(
          new LabFolder(Path.of("target", "on-host"), LabFolder.of(System.getenv()).cache()),
          System.out::println);

  @AfterEach
  void leaveNothing() {
    lab.down();
  }

  @Test
  void whatDrivesSystemdAndContainersHoldsOnARealHost() {
    run(Release.TRIXIE, List.of());
  }

  @Test
  void theLivesOfContainersTheirSettingsAndProgramsHoldOnTheOldestSystemd() {
    run(Release.BOOKWORM, OLDEST);
  }

  private void run(Release release, List<String> classes) {
    lab.down();
    lab.up(new LabPlan(1, release, Optional.empty(), false));
    var host = lab.host("lab1");
    AgentTests.bring(host.root(), lab.guestTar());

    var ran = host.run(AgentTests.command(classes).toArray(String[]::new));

    System.out.println(ran.out());
    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
  }
}
