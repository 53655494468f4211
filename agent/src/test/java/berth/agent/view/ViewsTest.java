package berth.agent.view;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.state.Inspection.MountPoint;
import berth.protocol.state.Inspection.NetworkInterface;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the kernel's tables, and what a container writes into them, are read. */
class ViewsTest {

  @ParameterizedTest
  @CsvSource({
    "0100007F,127.0.0.1",
    "00000000,0.0.0.0",
    "00000000000000000000000001000000,0:0:0:0:0:0:0:1"
  })
  void addressesAreWordsInMemorysOrder(String hex, String address) {
    assertThat(Sockets.address(hex)).hasValue(address);
  }

  @ParameterizedTest
  @CsvSource({"''", "01", "xyz", "0100007F0"})
  void whatIsNoAddressIsPassedOver(String hex) {
    assertThat(Sockets.address(hex)).isEmpty();
  }

  @Test
  void mountsAreThoseThatSaySomethingAboutThisContainer() {
    var mountinfo =
        """
        1 0 0:30 /machines/web / rw,relatime shared:1 - btrfs /dev/vda3 rw,subvol=/machines/web
        2 1 0:31 / /proc rw - proc proc rw
        3 1 0:32 / /run rw shared:3 master:4 - tmpfs tmpfs rw,size=64k
        4 1 0:33 / /tmp rw - tmpfs tmpfs rw
        5 1 8:1 /srv/my\\040data /srv ro,nosuid - xfs /dev/sda1 rw
        6 1 0:34 / /run/host/incoming ro - btrfs /dev/vda3 rw
        no mount at all
        7 1 0:35 / /a\\012b rw - ext4
        """;
    assertThat(MountTable.of(mountinfo))
        .containsExactly(
            new MountPoint("/", "btrfs", "/dev/vda3[/machines/web]", false),
            new MountPoint("/tmp", "tmpfs", "tmpfs", false),
            new MountPoint("/srv", "xfs", "/dev/sda1[/srv/my data]", true));
  }

  @Test
  void aContainerOfManyMountsIsCutShort() {
    var line = "1 0 0:30 / /" + "x".repeat(2000) + " rw - xfs /dev/sda1 rw\n";
    assertThat(MountTable.of(line.repeat(10_000)))
        .hasSize(200)
        .allMatch(mount -> mount.path().length() == 512);
  }

  @Test
  void namesOfUsersAreTheContainersAndNothingElseOfItsFileIs() {
    var passwd =
        """
        root:x:0:0:root:/root:/bin/sh
        evil\033[2J:x:7:7:::
        long:x:1
        :x:8:8:::
        www:x:33:33:::
        """;
    assertThat(ProcessTable.users(passwd)).isEqualTo(Map.of(0L, "root", 33L, "www"));
  }

  @Test
  void userZeroInsideIsWhereTheKernelSays() {
    assertThat(ProcessTable.shift("         0  524288      65536\n")).isEqualTo(524_288);
    assertThat(ProcessTable.shift("         0          0 4294967295\n")).isZero();
    assertThat(ProcessTable.shift("")).isZero();
  }

  @Test
  void interfacesAreReadAsIpTellsThem() {
    var json =
        """
        [{"ifname":"host0","flags":["BROADCAST","UP"],"addr_info":[
          {"local":"192.0.2.7","prefixlen":24},{"local":"fe80::1","prefixlen":64}]},
         {"ifname":"dummy0","flags":["NOARP"],"addr_info":[]}]
        """;
    assertThat(Interfaces.read(json))
        .containsExactly(
            new NetworkInterface("host0", true, List.of("192.0.2.7/24", "fe80::1/64")),
            new NetworkInterface("dummy0", false, List.of()));
    assertThat(Interfaces.read("no JSON")).isEmpty();
  }
}
