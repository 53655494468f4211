package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.lab.Lab;
import berth.controller.lab.LabFolder;
import berth.controller.lab.LabHost;
import berth.controller.lab.LabPlan;
import berth.controller.lab.machine.Processes;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The agent's own tests that need a real systemd host, run inside one: a bare host without an agent
 * that would look at the same containers.
 */
class AgentOnHostIT {
  private static final Path AGENT = Path.of("..", "agent", "target").toAbsolutePath().normalize();
  private static final String INSIDE = "/opt/tests";

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
    lab.down();
    lab.up(LabPlan.of(1).bare());
    var host = lab.host("lab1");
    bring(host);

    var command =
        List.of(
            INSIDE + "/jdk/bin/java",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            INSIDE + "/lib/*:" + INSIDE + "/host-tests/lib/*:" + INSIDE + "/test-classes",
            "berth.agent.HostTests");
    var which = System.getProperty("berth.host.tests", "").split(",");
    var ran =
        host.run(
            Stream.concat(command.stream(), Stream.of(which).filter(name -> !name.isEmpty()))
                .toArray(String[]::new));

    System.out.println(ran.out());
    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
  }

  /** The tests with a JDK to run them, and the machine {@code guest} that they clone. */
  private void bring(LabHost host) {
    var tests = host.root().resolve(INSIDE.substring(1));
    Processes.run("mkdir", "-p", tests.toString());
    copy(Path.of(System.getProperty("java.home")), tests.resolve("jdk"));
    copy(AGENT.resolve("berth-agent/lib"), tests.resolve("lib"));
    copy(AGENT.resolve("host-tests"), tests.resolve("host-tests"));
    copy(AGENT.resolve("test-classes"), tests.resolve("test-classes"));
    assertThat(host.run("btrfs", "subvolume", "create", "/var/lib/machines/guest").ok()).isTrue();
    Processes.run(
        "tar",
        "-C",
        host.root().resolve("var/lib/machines/guest").toString(),
        "--zstd",
        "-xpf",
        lab.guestTar().toString());
  }

  private static void copy(Path from, Path to) {
    Processes.run("mkdir", "-p", to.toString());
    Processes.run("cp", "-a", from + "/.", to.toString());
  }
}
