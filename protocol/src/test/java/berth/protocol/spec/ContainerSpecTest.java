package berth.protocol.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerSpecTest {

  @Test
  void whatIsLeftOutIsAsInSystemdsTemplateUnit() {
    var spec = Specs.of("{}");
    assertThat(spec).isEqualTo(ContainerSpec.DEFAULT);
    assertThat(spec.start()).isEqualTo(new Start.Boot());
    assertThat(spec.privateUsers()).isEqualTo(PrivateUsers.PICK);
    assertThat(spec.network()).isEqualTo(new Network.Veth(List.of()));
    assertThat(spec.limits()).isEqualTo(ResourceLimits.NONE);
    assertThat(spec.restart()).isEqualTo(Restart.NO);
    assertThat(spec.autostart()).isFalse();
  }

  @Test
  void everythingIsReadAsItWasWritten() {
    var spec = Specs.of(Specs.RICH);
    assertThat(spec.start())
        .isEqualTo(new Start.Program(List.of("/usr/bin/httpd", "-f", "it's here")));
    assertThat(spec.network())
        .isEqualTo(new Network.Zone("shop", List.of(Port.of("8080:80"), Port.of("udp:53"))));
    assertThat(spec.binds())
        .containsExactly(
            new Bind("/srv/www", "/var/www", true, true),
            new Bind("/srv/data", "/srv/data", false, false));
    assertThat(spec.limits().memory()).contains(ByteSize.parse("1G"));
    assertThat(spec.stopTimeout().orElseThrow().value()).isEqualTo(Duration.ofMinutes(2));
    assertThat(spec.labels()).isEqualTo(Map.of("tier", "web", "example.org/team", "shop"));
    assertThat(spec.isProtected()).isTrue();
  }

  @Test
  void itComesBackFromJsonAndYamlUnchanged() throws Exception {
    var spec = Specs.of(Specs.RICH);
    var json = Wire.write(spec);
    assertThat(Wire.read(json, ContainerSpec.class)).isEqualTo(spec);
    var yaml = new YAMLMapper().writeValueAsString(Wire.json().readTree(json));
    assertThat(Specs.of(yaml)).isEqualTo(spec);
    assertThat(yaml).contains("protected: true").doesNotContain("isProtected");
  }

  /** A document, the field that is named and the value that is shown, by bars. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "description: \"a\\nb\" | bad description | a?b",
        "labels: {-tier: web} | bad label | -tier",
        "labels: {tier: a b} | label tier | a b",
        "labels: {tier: null, x: [1]} | labels.x | ",
        "size: 4KiB | bad size | 4",
        "size: big | size | big",
        "start: {kind: magic} | start: | magic",
        "start: {kind: program} | start: bad argv | []",
        "start: {kind: program, argv: [\"a\\nb\"]} | start: bad argv | a?b",
        "hostname: a..b | hostname | a..b",
        "hostname: -a | hostname | -a",
        "environment: {1A: x} | bad variable | 1A",
        "environment: {A: \"x\\ny\"} | variable A | x?y",
        "privateUsers: maybe | privateUsers: | maybe",
        "network: {kind: bridge} | network: bad bridge name | null",
        "network: {kind: bridge, name: a-bridge-of-16-ch} | network: bad bridge name | 16-ch",
        "network: {kind: zone, name: thirteen-char} | network: bad zone name | thirteen-char",
        "network: {kind: macvlan, parent: a/b} | network: bad parent interface | a/b",
        "network: {kind: veth, ports: [\"tcp:0:80\"]} | network.ports[0]: | tcp:0:80",
        "network: {kind: veth, ports: [\"tcp:80:65536\"]} | network.ports[0]: | 65536",
        "network: {kind: veth, ports: [\"icmp:80:80\"]} | network.ports[0]: | icmp:80:80",
        "network: {kind: veth, ports: [\"80\", \"80:81\"]} | network: bad host port | tcp:80",
        "resolvConf: never | resolvConf: | never",
        "binds: [{source: srv}] | binds[0]: bad source | srv",
        "binds: [{source: /a/../b}] | binds[0]: bad source | /a/../b",
        "binds: [{source: /a//b}] | binds[0]: bad source | /a//b",
        "binds: [{source: /a/}] | binds[0]: bad source | /a/",
        "binds: [{source: /a, target: \"/b:ro\"}] | binds[0]: bad target | /b:ro",
        "binds: [{source: /a, target: \"/b%i\"}] | binds[0]: bad target | /b%i",
        "binds: [{source: /a, target: \"/b\\nx\"}] | binds[0]: bad target | /b?x",
        "binds: [{source: /a, target: /}] | binds[0]: bad target | /",
        "binds: [{source: /a, target: /c}, {source: /b, target: /c}] | place in the container | /c",
        "{privateUsers: no-such, binds: []} | privateUsers | no-such",
        "{privateUsers: 'no', binds: [{source: /a, idmapped: true}]} | bad bind | /a",
        "tmpfs: [{path: /t, size: lots}] | tmpfs[0].size: | lots",
        "tmpfs: [{path: /t, size: 0}] | tmpfs[0]: bad size | 0 B",
        "tmpfs: [{path: /t, mode: '999'}] | tmpfs[0]: bad mode | 999",
        "devices: [{path: /etc/passwd}] | devices[0]: bad device | /etc/passwd",
        "devices: [{path: \"/dev/a b\"}] | devices[0]: bad device | /dev/a b",
        "devices: [{path: /dev/fuse, access: x}] | devices[0]: bad access | x",
        "capabilities: {add: [CAP_FLY]} | capabilities.add[0]: | CAP_FLY",
        "capabilities: {add: [CAP_CHOWN], drop: [CAP_CHOWN]} | capabilities: | CAP_CHOWN",
        "systemCalls: {allow: [\"@magic\"]} | systemCalls: | @magic",
        "systemCalls: {deny: [\"Mount!\"]} | systemCalls: | Mount!",
        "systemCalls: {allow: [bpf], deny: [bpf]} | systemCalls: | bpf",
        "limits: {memory: 0} | limits: bad memory | 0 B",
        "limits: {memory: -1} | limits.memory: | -1",
        "limits: {cpus: 0} | limits: bad cpus | 0.0",
        "limits: {cpus: 1.00001} | limits: bad cpus | 1.00001",
        "limits: {cpuWeight: 10001} | limits: bad cpuWeight | 10001",
        "limits: {tasks: 0} | limits: bad tasks | 0",
        "limits: {ioWeight: 0} | limits: bad ioWeight | 0",
        "limits: {ioRead: [{path: /dev/vda, perSecond: 0}]} | limits.ioRead[0]: | 0 B",
        "limits: {ioRead: [{path: dev, perSecond: 1}]} | limits.ioRead[0]: bad path | dev",
        "restart: sometimes | restart: | sometimes",
        "restartDelay: soon | restartDelay: | soon",
        "after: [../x] | after[0]: | ../x",
        "after: [db, db] | container to start after | db",
        "startDelay: 2h | startDelay | 2h",
        "stopTimeout: 0s | stopTimeout | 0s",
        "colour: red | no \"colour\" | colour",
        "limits: {memroy: 1} | no \"limits.memroy\" | memroy",
        "binds: [{source: /a, readonly: true}] | no \"binds.readonly\" | readonly",
        "network: {kind: host, ports: [\"80\"]} | no \"network.ports\" | ports"
      })
  void aBadValueIsRefusedWithItsFieldAndItself(String line) {
    var parts = line.split("\\|", 3);
    assertThatThrownBy(() -> Specs.of(parts[0]))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).isIn(ProblemCode.INVALID, ProblemCode.UNSUPPORTED);
          assertThat(problem.message()).contains(parts[1].strip(), parts[2].strip());
        });
  }

  @ParameterizedTest
  @CsvSource({
    "0,0s",
    "90,90s",
    "1500ms,1500ms",
    "60s,1min",
    "5m,5min",
    "120min,2h",
    "24h,1d",
    "PT1M30S,90s"
  })
  void aTimeSpanIsWrittenInItsLargestWholeUnit(String text, String written) {
    assertThat(TimeSpan.of(text)).hasToString(written);
    assertThat(TimeSpan.of(written)).isEqualTo(TimeSpan.of(text));
  }

  @ParameterizedTest
  @CsvSource({"1073741824,1GiB", "1536,1536", "1024,1KiB", "0,0", "512MB,512MiB"})
  void aSizeIsWrittenExactly(String text, String written) {
    assertThat(ByteSize.parse(text).exact()).isEqualTo(written);
    assertThat(ByteSize.parse(written)).isEqualTo(ByteSize.parse(text));
  }

  @Test
  void aCapabilityIsKnownByItsNameInAnyCaseAndByItsNumber() {
    assertThat(Capability.of("net_admin")).isEqualTo(Capability.CAP_NET_ADMIN);
    assertThat(Capability.CAP_CHOWN.isIn(1)).isTrue();
    assertThat(Capability.CAP_CHECKPOINT_RESTORE.isIn(1L << 40)).isTrue();
    assertThat(Capability.CAP_SYS_ADMIN.isIn(0)).isFalse();
  }
}
