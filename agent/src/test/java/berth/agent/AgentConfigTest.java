package berth.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.storage.PoolPlace;
import berth.protocol.ByteSize;
import berth.protocol.HostId;
import berth.protocol.PoolName;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentConfigTest {
  private static final String LEAST =
      """
      host = lab1
      broker = mqtt://10.0.0.1:1883
      controller = http://10.0.0.1:7070
      """;

  @TempDir Path folder;

  @Test
  void whatIsNotGivenHasItsDefault() throws Exception {
    var config = read(LEAST);
    assertThat(config.host()).isEqualTo(new HostId("lab1"));
    assertThat(config.broker()).isEqualTo(new AgentConfig.Address("10.0.0.1", 1883));
    assertThat(config.controller()).isEqualTo(URI.create("http://10.0.0.1:7070"));
    assertThat(config.pools())
        .isEqualTo(
            Map.of(new PoolName("default"), new PoolPlace.Folder(Path.of("/var/lib/machines"))));
    assertThat(config.state()).isEqualTo(Path.of("/var/lib/berth"));
    assertThat(config.http()).isEqualTo(new AgentConfig.Address("127.0.0.1", 9464));
    assertThat(config.heartbeat()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.metricsInterval()).isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void theSampleIsReadAndShowsTheDefaults() throws Exception {
    var sample = Files.readString(Path.of("src/main/etc/agent.conf"));
    var given = read(sample);
    var uncommented = read(sample.replaceAll("(?m)^#(\\S+ = )", "$1"));
    assertThat(uncommented).isEqualTo(given);
    assertThat(sample.lines().filter(line -> line.matches("#?\\S+ = .*"))).hasSize(8);
  }

  @Test
  void anAddressMayBeOfTheSixthVersion() throws Exception {
    var config = read(LEAST + "http = [::1]:9464\n");
    assertThat(config.http()).isEqualTo(new AgentConfig.Address("::1", 9464));
  }

  @Test
  void aPoolMayBeAThinPoolOfLvms() throws Exception {
    var config = read(LEAST + "pool.a = lvm:vg/thin\npool.b = lvm:vg/b /srv/b 2GiB\n");
    assertThat(config.pools().values())
        .containsExactly(
            new PoolPlace.Thin("vg", "thin", PoolPlace.MACHINES, ByteSize.parse("10GiB")),
            new PoolPlace.Thin("vg", "b", Path.of("/srv/b"), ByteSize.parse("2GiB")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/srv/a", "lvm:vg/one /srv/a", "lvm:vg/thin /srv/b"})
  void twoPoolsAreNotInTheSamePlace(String other) {
    assertThatThrownBy(() -> read(LEAST + "pool.a = " + other + "\npool.b = lvm:vg/thin /srv/a"))
        .hasMessageContaining("can't be in the same place");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hots = lab1                 | unknown key hots",
        "host = lab2                 | host is there twice",
        "heartbeat = 10              | heartbeat: 10: write a duration such as PT15S",
        "heartbeat = PT0.1S          | heartbeat = PT0.1S: must be between PT1S and PT25S",
        "http = 9464                 | http: 9464: write ADDRESS:PORT",
        "state = berth               | state = berth: must be an absolute path",
        "pool.fast = machines        | pool.fast = machines: must be an absolute path",
        "pool.fast = lvm:vg          | pool.fast: lvm:vg: write lvm:GROUP/POOL [FOLDER] [SIZE]",
        "pool.fast = lvm:vg/-a       | pool.fast: bad name \"-a\" of a volume group or thin pool",
        "pool.fast = lvm:vg/a 1MiB   | pool.fast: 1MiB: a volume with XFS has 300MiB at least",
        "pool.fast = lvm:vg/a srv    | pool.fast: bad size \"srv\": write a number with K, M, G or"
            + " T, such as 512M",
        "pool.Fast = /srv            | bad pool name \"Fast\": 1 to 31 of a-z, 0-9 and -, not at an"
            + " end"
      })
  void aMistakeIsRefusedWithItsKey(String line, String complaint) {
    assertThatThrownBy(() -> read(LEAST + line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(complaint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "host       | host is missing",
        "broker     | broker is missing",
        "controller | controller is missing"
      })
  void aKeyThatIsNeededIsMissed(String key, String complaint) {
    assertThatThrownBy(() -> read(LEAST.replaceAll("(?m)^" + key + " = .*$", "")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(complaint);
  }

  private AgentConfig read(String text) throws Exception {
    return AgentConfig.read(Files.writeString(folder.resolve("agent.conf"), text));
  }
}
