package berth.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.ControllerConfig.Broker;
import berth.controller.fleet.EventJournal.Retention;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControllerConfigTest {
  private static final Pattern EXAMPLE = Pattern.compile("#([a-z.]+) = (.*)");

  @TempDir Path folder;

  @Test
  void withoutAnyKeyItListensOnLoopbackAlone() throws IOException {
    var config = ControllerConfig.of(Map.of());

    assertThat(config.http()).containsExactly(SocketAddress.inetSocketAddress(7070, "127.0.0.1"));
    assertThat(config.broker())
        .isEqualTo(new Broker.Embedded(List.of(InetAddress.ofLiteral("127.0.0.1")), 1883));
  }

  @Test
  void theDocumentedDefaultsAreTheDefaults() throws IOException {
    var documented = new HashMap<String, String>();
    for (var line : Files.readAllLines(Path.of("controller.conf"))) {
      var matcher = EXAMPLE.matcher(line);
      if (matcher.matches()) {
        documented.put(matcher.group(1), matcher.group(2));
      }
    }

    assertThat(documented.remove("broker")).isEqualTo("mqtt://192.0.2.1:1883");
    assertThat(documented).hasSize(7);
    assertThat(ControllerConfig.of(documented)).isEqualTo(ControllerConfig.of(Map.of()));
  }

  @Test
  void everyKeyIsRead() throws IOException {
    var config =
        ControllerConfig.of(
            Map.of(
                "data", "/srv/berth/../berth",
                "name", "north",
                "http", "127.0.0.1:80, [::1]:0",
                "broker", "mqtt://broker.example",
                "metrics.stale", "PT5M",
                "events.rows", "7",
                "events.age", "P1D"));

    assertThat(config.data()).isEqualTo(Path.of("/srv/berth"));
    assertThat(config.name()).isEqualTo("north");
    assertThat(config.http())
        .containsExactly(
            SocketAddress.inetSocketAddress(80, "127.0.0.1"),
            SocketAddress.inetSocketAddress(0, "::1"));
    assertThat(config.broker()).isEqualTo(new Broker.External("broker.example", 1883));
    assertThat(config.staleMetrics()).isEqualTo(Duration.ofMinutes(5));
    assertThat(config.events()).isEqualTo(new Retention(7, Duration.ofDays(1)));
  }

  @Test
  void whatIsWrongIsNamed() {
    refused(Map.of("htpp", "127.0.0.1:80"), "unknown key: htpp");
    refused(Map.of("http", "7070"), "http: bad address \"7070\"");
    refused(Map.of("http", "127.0.0.1:99999"), "http: bad port 99999");
    refused(Map.of("mqtt", "127.0.0.1:1883,127.0.0.1:1884"), "mqtt: the broker listens on one");
    refused(Map.of("mqtt", "127.0.0.1:1883", "broker", "mqtt://a"), "not both");
    refused(Map.of("mqtt", "localhost:1883"), "mqtt: ");
    refused(Map.of("broker", "http://a"), "broker: write mqtt://");
    refused(Map.of("metrics.stale", "soon"), "metrics.stale: ");
    refused(Map.of("events.rows", "0"), "keep at least one event");
    refused(Map.of("name", "../x"), "bad name");
  }

  @Test
  void flagsWinOverTheFile() throws IOException {
    var file = Files.writeString(folder.resolve("c.conf"), "name = north\nevents.rows = 7\n");

    var settings =
        ControllerMain.settings(
            List.of("--config", file.toString(), "--name=south", "--data", "/d"));

    assertThat(settings).isEqualTo(Map.of("name", "south", "events.rows", "7", "data", "/d"));
    assertThatThrownBy(() -> ControllerMain.settings(List.of("--name")))
        .hasMessage("--name needs a value");
    assertThatThrownBy(() -> ControllerMain.settings(List.of("/d"))).hasMessage("not a flag: /d");
    assertThatThrownBy(() -> ControllerMain.settings(List.of("--config", "/nowhere")))
        .hasMessageContaining("/nowhere");
  }

  @Test
  void aDataFolderHasOneControllerAtATime() throws IOException {
    var first = DataFolder.take(folder);

    assertThatThrownBy(() -> DataFolder.take(folder))
        .hasMessageContaining("another controller uses the data folder " + folder)
        .hasMessageContaining("(process " + ProcessHandle.current().pid() + ")");

    CoreFixture.await(first.release());
    CoreFixture.await(DataFolder.take(folder).release());
  }

  private static void refused(Map<String, String> settings, String complaint) {
    assertThatThrownBy(() -> ControllerConfig.of(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint);
  }
}
