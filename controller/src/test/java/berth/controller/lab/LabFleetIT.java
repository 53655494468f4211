package berth.controller.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A lab with its agent and its controller. */
class LabFleetIT {
  private static final LabFolder FOLDER =
      new LabFolder(Path.of("target", "lab-fleet-it"), LabFolder.of(System.getenv()).cache());
  private static final CopyOnWriteArrayList<String> SAID = new CopyOnWriteArrayList<>();
  private static final Lab LAB = Lab.open(FOLDER, SAID::add);

  @BeforeAll
  static void up() {
    LAB.down();
    LAB.up(LabPlan.of(1));
  }

  @AfterAll
  static void down() {
    LAB.down();
    assertThat(new Leftovers(FOLDER).all()).isEmpty();
  }

  @Test
  void upReturnsWhenEveryAgentIsOnlineAndSaysSo() {
    assertThat(SAID).contains("lab1: its agent is online");
    assertThat(LAB.host("lab1").mainProcess(AgentInstall.UNIT)).isPositive();
    assertThat(LAB.host("lab1").state()).isEqualTo("running");
    assertThat(LAB.status().controller())
        .hasValueSatisfying(controller -> {
          assertThat(controller.pid()).isPositive();
          assertThat(controller.broker()).startsWith("mqtt://10.");
        });
  }

  @Test
  void aKilledControllerStartsAgainAndUpFindsItsHostsOnline() {
    var controller = LAB.controller();
    var before = controller.pid();

    controller.kill9();
    assertThat(controller.pid()).isZero();
    LAB.up(LabPlan.of(1));

    assertThat(controller.pid()).isPositive().isNotEqualTo(before);
    assertThat(controller.hosts())
        .singleElement()
        .satisfies(host -> assertThat(host.path("status").asText()).isEqualTo("ONLINE"));
  }

  @Test
  void upAgainLeavesTheRunningControllerAlone() {
    var before = LAB.controller().pid();

    LAB.up(LabPlan.of(1));

    assertThat(LAB.controller().pid()).isEqualTo(before);
  }
}
