package berth.controller.lab.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.protocol.BerthException;
import berth.protocol.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {
  private static final String HYBRID =
      """
      25 1 0:22 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
      26 25 0:23 / /sys/fs/cgroup/systemd rw,relatime shared:9 - cgroup cgroup rw,name=systemd
      27 25 0:24 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
      28 1 7:0 / /var/lib/with\\040blank/pool rw,noatime - btrfs /dev/loop0 rw
      29 28 7:0 /x /var/lib/with\\040blank/pool/x rw,noatime - btrfs /dev/loop0 rw
      """;

  @Test
  void aHybridLayoutHasTwoHierarchiesToEnter() {
    var layout = CgroupLayout.of(Mounts.parse(HYBRID)).orElseThrow();

    assertThat(layout.pure()).isFalse();
    assertThat(layout.roots())
        .containsExactly(Path.of("/sys/fs/cgroup/unified"), Path.of("/sys/fs/cgroup/systemd"));
  }

  @Test
  void version2AloneIsPureAndVersion1AloneIsNoLayout() {
    var pure = Mounts.parse("25 1 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n");
    var old =
        Mounts.parse("26 25 0:23 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n");

    assertThat(CgroupLayout.of(pure).orElseThrow().pure()).isTrue();
    assertThat(CgroupLayout.of(old)).isEmpty();
  }

  @Test
  void mountsInAFolderComeDeepestFirst() {
    assertThat(Mounts.parse(HYBRID).under(Path.of("/var/lib/with blank")))
        .containsExactly(
            Path.of("/var/lib/with blank/pool/x"), Path.of("/var/lib/with blank/pool"));
  }

  @Test
  void aGroupIsAFolderInEachHierarchyOrAScopeOfSystemds(@TempDir Path root) {
    var layout = new CgroupLayout(root.resolve("unified"), Optional.of(root.resolve("systemd")));

    var folders = new ControlGroups(layout, "lab", false).launcher("lab1", List.of("true"));
    var scope = new ControlGroups(layout, "lab", true).launcher("lab1", List.of("true"));

    assertThat(folders)
        .contains(root + "/unified/lab/lab1", root + "/systemd/lab/lab1")
        .endsWith("--", "true");
    assertThat(scope)
        .startsWith("setsid", "systemd-run", "--scope")
        .contains("--unit=lab-lab1", "--slice=lab", "--property=Delegate=yes")
        .endsWith("--", "true");
  }

  @Test
  void aSubnetAvoidsEveryAddressAndRouteOfTheMachine() {
    var taken = List.of("10.64.0.0/16", "10.65.0.7", "default", "192.168.0.0/24", "10.66.1.0/25");

    assertThat(Subnet.free(0, taken).prefix()).isEqualTo("10.65.1");
    assertThat(Subnet.free(2 * 256 + 1, taken).prefix()).isEqualTo("10.66.2");
    assertThatThrownBy(() -> Subnet.free(0, List.of("10.64.0.0/10")))
        .isInstanceOf(BerthException.class);
  }

  @Test
  void addressesAndRoutesAreReadFromTheJsonOfIp() throws IOException {
    var addresses =
        Wire.json()
            .readTree("[{\"addr_info\":[{\"local\":\"10.9.0.2\",\"prefixlen\":24}]},{},{\"x\":1}]");
    var routes = Wire.json().readTree("[{\"dst\":\"default\"},{\"dst\":\"10.8.0.0/16\"}]");

    assertThat(Subnet.taken(addresses, routes))
        .containsExactly("10.9.0.2/24", "default", "10.8.0.0/16");
  }

  @Test
  void kernelSettingsArePutBackByTheLastLabToGo(@TempDir Path folder) throws IOException {
    var forward = folder.resolve("sys/net/ipv4/ip_forward");
    var instances = folder.resolve("sys/fs/inotify/max_user_instances");
    Files.createDirectories(forward.getParent());
    Files.createDirectories(instances.getParent());
    Files.writeString(forward, "0\n");
    Files.writeString(instances, "128\n");
    var one = new KernelSettings(folder.resolve("sys"), folder.resolve("run"), "one");
    var two = new KernelSettings(folder.resolve("sys"), folder.resolve("run"), "two");

    one.up();
    two.up();
    one.up();
    one.down();

    assertThat(forward).hasContent("1");
    two.down();
    assertThat(forward).hasContent("0");
    assertThat(instances).hasContent("128");
  }

  @Test
  void aKernelSettingIsReadWhole() throws IOException {
    var told = Processes.run("cat", "/proc/sys/kernel/pid_max").out().strip();
    assertThat(told).hasSizeGreaterThan(1);

    assertThat(KernelSettings.read(Path.of("/proc/sys/kernel/pid_max"))).hasToString(told);
  }

  @Test
  void aProgramThatIsNotThereEndsAsAShellWouldSay() {
    var ran = Processes.tryRun("/no/such/program");

    assertThat(ran.exit()).isEqualTo(127);
    assertThatThrownBy(() -> Processes.run("/no/such/program"))
        .isInstanceOf(BerthException.class)
        .hasMessageContaining("/no/such/program");
  }

  @Test
  void programsGetNothingOfTheCallersEnvironment() {
    assertThat(Processes.run("env").out().lines().map(line -> line.replaceFirst("=.*", "")))
        .containsExactlyInAnyOrder("PATH", "LC_ALL", "HOME");
  }
}
