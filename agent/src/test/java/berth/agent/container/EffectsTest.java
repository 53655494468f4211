package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.container.Settings.Waiting;
import berth.agent.systemd.Machine;
import berth.agent.systemd.Properties;
import berth.protocol.ContainerName;
import berth.protocol.Wire;
import berth.protocol.spec.ContainerSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over files such as the kernel shows; what a real one shows is tried by {@link SpecIT}. */
class EffectsTest {
  private static final String VOLUME = "/var/lib/machines/web";
  private static final String GROUP = "/machine.slice/systemd-nspawn@web.service";
  private static final String NET_ADMIN = "0000000000001000";

  @TempDir Path folder;
  private Path proc;
  private Path cgroup;

  @BeforeEach
  void aContainerWithALinkAndNoRights() throws IOException {
    proc = Files.createDirectories(folder.resolve("proc"));
    process("self", "1", "", "");
    process("7", "2", "CapBnd:\t0000000000000000", "1 0 0:1 / / rw - btrfs x rw");
    var cgroups = Files.createDirectories(folder.resolve("cgroup"));
    Files.createFile(cgroups.resolve("cgroup.controllers"));
    cgroup = Files.createDirectories(cgroups.resolve(GROUP.substring(1)));
  }

  @Test
  void whatIsAsItShallBeIsNotMentioned() throws IOException {
    Files.writeString(cgroup.resolve("pids.max"), "50\n");
    var unit = new Properties(Map.of("ControlGroup", GROUP, "TasksMax", 50L));
    assertThat(missing("{\"limits\":{\"tasks\":50}}", unit)).isEmpty();
  }

  @Test
  void aLimitThatUnitOrKernelDoesNotHaveIsNamed() throws IOException {
    Files.writeString(cgroup.resolve("pids.max"), "max\n");
    var unit = new Properties(Map.of("ControlGroup", GROUP, "TasksMax", 50L, "MemoryMax", 1L));
    assertThat(missing("{\"limits\":{\"tasks\":50,\"memory\":\"1GiB\"}}", unit))
        .containsExactly(
            "limits.memory does not hold: the unit has another MemoryMax, see systemctl cat",
            "limits.tasks does not hold: this host's kernel does not count it for containers");
  }

  @Test
  void rightsAreThoseOfTheInitsBoundingSet() throws IOException {
    process("7", "2", "CapBnd:\t" + NET_ADMIN, "");
    assertThat(
            missing("{\"capabilities\":{\"add\":[\"CAP_SYS_TIME\"],\"drop\":[\"CAP_NET_ADMIN\"]}}"))
        .containsExactly(
            "capabilities does not hold: its init has not got CAP_SYS_TIME",
            "capabilities does not hold: its init still has CAP_NET_ADMIN");
  }

  @Test
  void networkUsersAndMountsAreComparedWithTheHosts() throws IOException {
    process("7", "1", "", "1 0 0:1 / / rw - btrfs x rw");
    var spec =
        "{\"readOnly\":true,\"ephemeral\":true,\"privateUsers\":\"no\","
            + "\"binds\":[{\"source\":\"/srv/a b\"}],\"network\":{\"kind\":\"none\"}}";
    assertThat(missing(spec))
        .containsExactly(
            "privateUsers does not hold: it has users of its own",
            "network does not hold: it has more of a network than loopback",
            "readOnly does not hold: its root can be written to",
            "binds does not hold: nothing is mounted at /srv/a b",
            "ephemeral does not hold: it runs from its volume");
    process("7", "2", "", "1 0 0:1 / / ro - btrfs x rw\n2 1 0:1 / /srv/a\\040b rw - btrfs x rw");
    assertThat(missing(spec)).noneMatch(line -> line.startsWith("readOnly"));
    assertThat(missing(spec)).noneMatch(line -> line.startsWith("binds"));
  }

  @Test
  void whatWaitsForARestartIsNotMissing() throws IOException {
    process("7", "1", "", "");
    var waiting = new Waiting("run", Set.of("network"));
    assertThat(missing("{}", new Properties(Map.of()), waiting)).isEmpty();
    assertThat(missing("{}")).containsExactly("network does not hold: it has no link to the host");
  }

  private List<String> missing(String spec) {
    return missing(spec, new Properties(Map.of()));
  }

  private List<String> missing(String spec, Properties unit) {
    return missing(spec, unit, Waiting.NONE);
  }

  private List<String> missing(String spec, Properties unit, Waiting waiting) {
    var machine =
        new Machine(new ContainerName("web"), 7, "unit", VOLUME, Instant.EPOCH, List.of(3));
    return new Effects(proc, folder.resolve("cgroup"))
        .missing(
            Wire.read(spec.getBytes(StandardCharsets.UTF_8), ContainerSpec.class),
            waiting,
            VOLUME,
            machine,
            unit,
            () -> 65_536);
  }

  private void process(String id, String network, String status, String mounts) throws IOException {
    var process = Files.createDirectories(proc.resolve(id).resolve("ns")).getParent();
    Files.deleteIfExists(process.resolve("ns/net"));
    Files.createSymbolicLink(process.resolve("ns/net"), Path.of("net:[" + network + "]"));
    Files.writeString(process.resolve("status"), status + "\n");
    Files.writeString(process.resolve("mountinfo"), mounts + "\n");
  }
}
