package berth.controller.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.lab.image.Release;
import berth.controller.lab.machine.Processes;
import berth.protocol.BerthException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A lab of bare hosts from its beginning to its end, which is why the order counts. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LabIT {
  private static final LabFolder FOLDER =
      new LabFolder(Path.of("target", "lab-it"), LabFolder.of(System.getenv()).cache());
  private static final Lab LAB = Lab.open(FOLDER, System.out::println);
  private static final LabPlan ONE = LabPlan.of(1).bare();
  private static final LabPlan TWO = LabPlan.of(2).bare();

  @BeforeAll
  static void startWithNothing() {
    LAB.down();
    assertThat(new Leftovers(FOLDER).all()).isEmpty();
  }

  @AfterAll
  static void leaveNothing() {
    LAB.down();
  }

  @Test
  @Order(1)
  void upBootsHostsThatReachEachOtherAndThePackageMirror() {
    LAB.up(TWO);

    assertThat(LAB.status().hosts())
        .extracting(LabStatus.Host::state)
        .containsExactly("running", "running");
    var lab1 = LAB.host("lab1");
    assertThat(lab1.run("uname", "-n").out()).isEqualTo("lab1\n");
    assertThat(lab1.run("ping", "-c1", "-W5", "lab2").exit()).isZero();
    assertThat(lab1.run("ping", "-c1", "-W5", "controller").exit()).isZero();
    var updated = lab1.run("apt-get", "update", "-o", "APT::Update::Error-Mode=any");
    assertThat(updated.exit()).as(updated.err()).isZero();
  }

  @Test
  @Order(2)
  void upAgainKeepsWhatRuns() {
    var before = LAB.hosts().stream().map(LabHost::leader).toList();

    LAB.up(TWO);

    assertThat(LAB.hosts().stream().map(LabHost::leader).toList()).isEqualTo(before);
  }

  @Test
  @Order(3)
  void hostsMakeSnapshotsAndRunContainersWithANetwork() {
    var lab1 = LAB.host("lab1");
    var machines = "/var/lib/machines/";
    assertThat(lab1.run("btrfs", "subvolume", "create", machines + "c1").exit()).isZero();
    Processes.run(
        "tar", "-C", lab1.root() + machines + "c1", "--zstd", "-xpf", LAB.guestTar().toString());
    assertThat(lab1.run("machinectl", "clone", "c1", "c2").exit()).isZero();
    assertThat(lab1.run("machinectl", "start", "c2").exit()).isZero();

    var ready = "until systemctl show -P StatusText systemd-nspawn@c2 | grep -q Ready; do :; done";
    assertThat(lab1.run("timeout", "60", "sh", "-c", ready).exit()).isZero();

    // It asks for its address by DHCP, which says that the whole way through the host works.
    var online =
        lab1.run(
            "systemd-run",
            "--machine=c2",
            "--wait",
            "--pipe",
            "--quiet",
            "/usr/lib/systemd/systemd-networkd-wait-online",
            "--ipv4",
            "--timeout=60");

    assertThat(online.exit()).as(online.err()).isZero();
    assertThat(lab1.run("machinectl", "terminate", "c2").exit()).isZero();
  }

  @Test
  @Order(4)
  void programsInAHostHandOnTheirOutputAndTheirStatus() {
    var ran = LAB.host("lab2").run("sh", "-c", "echo out; echo err >&2; exit 7");

    assertThat(ran.exit()).isEqualTo(7);
    assertThat(ran.out()).isEqualTo("out\n");
    assertThat(ran.err()).isEqualTo("err\n");
  }

  @Test
  @Order(5)
  void aHostCanBeCutOffAndHaveItsPowerCut() {
    var lab1 = LAB.host("lab1");
    var lab2 = LAB.host("lab2");
    lab2.disconnect();
    assertThat(lab2.connected()).isFalse();
    assertThat(lab1.run("ping", "-c1", "-W1", "lab2").exit()).isNotZero();
    lab2.connect();
    assertThat(lab1.run("ping", "-c1", "-W5", "lab2").exit()).isZero();

    lab2.run("sh", "-c", "echo kept > /root/file; sync /root/file");
    var boot = lab2.run("cat", "/proc/1/stat").out();
    lab2.cutPower();
    assertThat(lab2.state()).isEqualTo("off");
    lab2.start();

    assertThat(lab2.run("cat", "/root/file").out()).isEqualTo("kept\n");
    assertThat(lab2.run("cat", "/proc/1/stat").out()).isNotEqualTo(boot);
  }

  @Test
  @Order(6)
  void aProcessInAHostCanBeKilled() {
    var lab1 = LAB.host("lab1");
    var before = lab1.mainProcess("systemd-machined.service");
    assertThat(before).isPositive();

    lab1.kill9(before);

    assertThat(lab1.run("systemctl", "is-system-running", "--wait").ok()).isIn(true, false);
    assertThat(lab1.mainProcess("systemd-machined.service")).isNotEqualTo(before);
  }

  @Test
  @Order(7)
  void anUnknownHostAndAnotherReleaseAreRefusedByName() {
    assertThatThrownBy(() -> LAB.host("lab9"))
        .isInstanceOf(BerthException.class)
        .hasMessageContaining("lab9")
        .hasMessageContaining("lab1, lab2");
    var bookworm = new LabPlan(1, Release.BOOKWORM, Optional.empty(), false);
    assertThatThrownBy(() -> LAB.up(bookworm)).hasMessageContaining("trixie");
  }

  @Test
  @Order(8)
  void downLeavesNothingAlsoAfterEverythingWasKilled() {
    LAB.host("lab1").disconnect();
    var supervisor = ProcessHandle.of(LAB.host("lab2").leader()).flatMap(ProcessHandle::parent);
    supervisor.orElseThrow().destroyForcibly();

    LAB.down();

    assertThat(new Leftovers(FOLDER).all()).isEmpty();
    assertThat(LAB.status().up()).isFalse();
  }

  @Test
  @Order(9)
  void anUpThatWasKilledAtAnyMomentCanBeTakenAwayOrGoneOnWith() throws Exception {
    for (var milliseconds : List.of(700, 1_500, 2_500, 4_000)) {
      killUpAfter(Duration.ofMillis(milliseconds));
      LAB.down();
      assertThat(new Leftovers(FOLDER).all()).as("after %d ms", milliseconds).isEmpty();
    }
    for (var milliseconds : List.of(900, 2_000, 3_000, 5_000)) {
      killUpAfter(Duration.ofMillis(milliseconds));
    }
    LAB.up(ONE);
    assertThat(LAB.host("lab1").state()).isEqualTo("running");
    LAB.down();
    assertThat(new Leftovers(FOLDER).all()).isEmpty();
  }

  @Test
  @Order(10)
  void downTwiceIsDown() {
    LAB.down();

    assertThat(Files.exists(FOLDER.run())).isFalse();
  }

  private static void killUpAfter(Duration time) throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                UpAlone.class.getName(),
                FOLDER.path().toString())
            .inheritIO()
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    process.destroyForcibly().waitFor();
  }

  /** A process that brings the lab up and can be killed while it does. */
  static final class UpAlone {
    private UpAlone() {}

    public static void main(String[] args) {
      Lab.open(Path.of(args[0])).up(ONE);
    }
  }
}
