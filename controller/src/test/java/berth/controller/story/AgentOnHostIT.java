package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.lab.Lab;
import berth.controller.lab.LabFolder;
import berth.controller.lab.LabHost;
import berth.controller.lab.LabPlan;
import berth.controller.lab.image.Release;
import berth.controller.lab.machine.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  /** What depends most on how systemd says things; none of these classes means all. */
  private static final List<String> OLDEST =
      List.of(
          "berth.agent.container.ContainersIT",
          "berth.agent.container.SpecIT",
          "berth.agent.container.VerbsIT",
          "berth.agent.exec.ProgramsIT",
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
    bring(host);

    var argv =
        new ArrayList<>(
            List.of(
                INSIDE + "/jdk/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                INSIDE + "/lib/*:" + INSIDE + "/host-tests/lib/*:" + INSIDE + "/test-classes",
                "berth.agent.HostTests"));
    argv.addAll(named().orElse(classes));
    var ran = host.run(argv.toArray(String[]::new));

    System.out.println(ran.out());
    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
  }

  /** Those that {@code -Dberth.host.tests=CLASS,...} names, for a quick look. */
  private static Optional<List<String>> named() {
    return Optional.ofNullable(System.getProperty("berth.host.tests"))
        .map(names -> List.of(names.split(",")));
  }

  /** The tests with a JDK to run them, and the machine {@code guest} that they clone. */
  private void bring(LabHost host) {
    var tests = host.root().resolve(INSIDE.substring(1));
    Processes.run("mkdir", "-p", tests.toString());
    copy(Path.of(System.getProperty("java.home")), tests.resolve("jdk"));
    copy(AGENT.resolve("berth-agent/lib"), tests.resolve("lib"));
    copy(AGENT.resolve("host-tests"), tests.resolve("host-tests"));
    copy(AGENT.resolve("test-classes"), tests.resolve("test-classes"));
    Processes.run("cp", "-L", busybox(), tests.resolve("busybox").toString());
    assertThat(host.run("btrfs", "subvolume", "create", "/var/lib/machines/guest").ok()).isTrue();
    Processes.run(
        "tar",
        "-C",
        host.root().resolve("var/lib/machines/guest").toString(),
        "--zstd",
        "-xpf",
        lab.guestTar().toString());
  }

  /** One that needs no library, for containers that have nothing else. */
  private static String busybox() {
    return Stream.of("/usr/bin/busybox", "/bin/busybox", "/usr/sbin/busybox")
        .filter(path -> Files.isExecutable(Path.of(path)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no busybox: install busybox-static"));
  }

  private static void copy(Path from, Path to) {
    Processes.run("mkdir", "-p", to.toString());
    Processes.run("cp", "-a", from + "/.", to.toString());
  }
}
