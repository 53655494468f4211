package berth.controller.story;

import berth.controller.lab.machine.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The agent's own tests of what needs a real systemd host, brought into one and run there. */
final class AgentTests {
  private static final Path AGENT = Path.of("..", "agent", "target").toAbsolutePath().normalize();
  private static final String INSIDE = "/opt/tests";

  private AgentTests() {}

  /** Puts the tests with a JDK to run them, and the machine {@code guest} that they clone. */
  static void bring(Path root, Path guest) {
    var tests = root.resolve(INSIDE.substring(1));
    copy(Path.of(System.getProperty("java.home")), tests.resolve("jdk"));
    copy(AGENT.resolve("berth-agent/lib"), tests.resolve("lib"));
    copy(AGENT.resolve("host-tests"), tests.resolve("host-tests"));
    copy(AGENT.resolve("test-classes"), tests.resolve("test-classes"));
    Processes.run("cp", "-L", busybox(), tests.resolve("busybox").toString());
    var machine = root.resolve("var/lib/machines/guest").toString();
    Processes.run("btrfs", "subvolume", "create", machine);
    Processes.run("tar", "-C", machine, "--zstd", "-xpf", guest.toString());
  }

  /**
   * What runs them there: those named by {@code -Dberth.host.tests=CLASS,...} for a quick look,
   * else those given, or all.
   */
  static List<String> command(List<String> classes) {
    var argv =
        new ArrayList<>(
            List.of(
                INSIDE + "/jdk/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                INSIDE + "/lib/*:" + INSIDE + "/host-tests/lib/*:" + INSIDE + "/test-classes",
                "berth.agent.HostTests"));
    var named = System.getProperty("berth.host.tests", "");
    argv.addAll(named.isEmpty() ? classes : List.of(named.split(",")));
    return argv;
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
