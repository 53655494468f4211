package berth.controller.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.lab.machine.Subnet;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabFolderTest {
  private static final LabFolder ONE = new LabFolder(Path.of("/a/one"), Path.of("/cache"));

  @Test
  void namesFollowFromTheFolderAlone() {
    var again = new LabFolder(Path.of("/a/b/../one"), Path.of("/elsewhere"));
    var other = new LabFolder(Path.of("/a/two"), Path.of("/cache"));

    assertThat(again.name()).isEqualTo(ONE.name()).matches("berthlab[0-9a-f]{6}");
    assertThat(other.name()).isNotEqualTo(ONE.name());
  }

  @Test
  void namesOfInterfacesFitTheKernelsLimit() {
    var bridge = ONE.bridge(Subnet.of("10.64.0"));

    assertThat(bridge.name()).hasSizeLessThanOrEqualTo(15);
    assertThat(bridge.cable() + Subnet.MOST_HOSTS).hasSizeLessThanOrEqualTo(15);
    assertThat(bridge.cable()).startsWith(bridge.name());
    assertThat(ONE.trialLink() + "p").startsWith(bridge.name()).hasSizeLessThanOrEqualTo(15);
  }

  @Test
  void theEnvironmentSaysWhereTheLabIs() {
    assertThat(LabFolder.of(Map.of()).path()).isEqualTo(Path.of("/var/lib/berth-lab"));
    assertThat(LabFolder.of(Map.of("BERTH_LAB_DIR", "/x/y")).path()).isEqualTo(Path.of("/x/y"));
  }

  @Test
  void serversOnTheLoopbackAddressAreLeftOutOfTheHostsResolver() {
    var text = "# by hand\nnameserver 127.0.0.53\nnameserver 192.0.2.1\nsearch example.org\n";

    assertThat(Resolver.reachable(text)).isEqualTo("nameserver 192.0.2.1\nsearch example.org\n");
  }

  @Test
  void aPlanRefusesWhatCannotBe() {
    assertThatThrownBy(() -> LabPlan.of(0)).hasMessageContaining("number of hosts 0");
    assertThatThrownBy(() -> LabPlan.of(500)).hasMessageContaining("500");
  }
}
