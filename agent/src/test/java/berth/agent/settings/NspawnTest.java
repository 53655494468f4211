package berth.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.Wire;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.Network;
import berth.protocol.spec.PrivateUsers;
import berth.protocol.spec.SpecPatch;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a specification says in a .nspawn file and in a drop-in, and what is read from such. */
class NspawnTest {
  private static final String RICH =
      """
      {'description':'100% ours',
       'start':{'kind':'program','argv':['/usr/bin/httpd','-f',"it's \\"here\\""]},
       'hostname':'shop','environment':{'LANG':'C','GREETING':'hello world'},
       'privateUsers':'identity','resolvConf':'copy-host',
       'network':{'kind':'zone','name':'shop','ports':['tcp:8080:80','udp:53:53']},
       'binds':[{'source':'/srv/www','target':'/var/www','readOnly':true,'idmapped':true},
                {'source':'/srv/data'},{'source':'/a','target':'/b'}],
       'tmpfs':[{'path':'/run/x'},{'path':'/var/cache','size':1048576,'mode':'1777'}],
       'devices':[{'path':'/dev/fuse','access':'rwm'}],
       'capabilities':{'add':['CAP_SYS_TIME','CAP_NET_ADMIN'],'drop':['CAP_SYS_BOOT']},
       'systemCalls':{'allow':['@keyring','bpf'],'deny':['@swap']},
       'readOnly':true,'ephemeral':true,
       'limits':{'memory':1073741824,'memoryHigh':943718400,'swap':0,'cpus':1.5,'cpuWeight':200,
         'tasks':512,'ioWeight':50,'ioRead':[{'path':'/dev/vda','perSecond':10485760}],
         'ioWrite':[{'path':'/srv','perSecond':1000}]},
       'restart':'on-failure','restartDelay':'5s','after':['db'],'startDelay':'1500ms',
       'stopTimeout':'2min'}
      """;

  @Test
  void theDefaultsAreThoseOfSystemdsTemplateUnit() {
    assertThat(NspawnWriter.of(ContainerSpec.DEFAULT).text())
        .isEqualTo(
            """
            [Exec]
            Boot=yes
            PrivateUsers=pick

            [Network]
            VirtualEthernet=yes
            """);
    assertThat(UnitWriter.of(ContainerSpec.DEFAULT).text()).isEmpty();
  }

  @Test
  void everySettingHasItsLine() {
    assertThat(NspawnWriter.of(spec(RICH)).text())
        .isEqualTo(
            """
            [Exec]
            ProcessTwo=yes
            Parameters=/usr/bin/httpd -f 'it'"'"'s "here"'
            Ephemeral=yes
            Environment="GREETING=hello world"
            Environment=LANG=C
            Hostname=shop
            PrivateUsers=identity
            Capability=CAP_NET_ADMIN CAP_SYS_TIME
            DropCapability=CAP_SYS_BOOT
            SystemCallFilter=@keyring bpf
            SystemCallFilter=~@swap
            ResolvConf=copy-host

            [Files]
            ReadOnly=yes
            BindReadOnly=/srv/www:/var/www:idmap
            Bind=/srv/data
            Bind=/a:/b
            Bind=/dev/fuse
            TemporaryFileSystem=/run/x
            TemporaryFileSystem=/var/cache:mode=1777,size=1048576

            [Network]
            Zone=shop
            Port=tcp:8080:80
            Port=udp:53:53
            """);
  }

  @Test
  void whatTheUnitDoesIsInItsDropIn() {
    assertThat(UnitWriter.of(spec(RICH)).text())
        .isEqualTo(
            """
            [Unit]
            Description=100%% ours
            After=systemd-nspawn@db.service

            [Service]
            MemoryHigh=900M
            MemoryMax=1G
            MemorySwapMax=0
            CPUQuota=150%
            CPUWeight=200
            TasksMax=512
            IOWeight=50
            IOReadBandwidthMax=/dev/vda 10485760
            IOWriteBandwidthMax=/srv 1000
            DeviceAllow=/dev/fuse rwm
            Restart=on-failure
            RestartSec=5s
            ExecStartPre=sleep 1.5
            TimeoutStartSec=91500ms
            TimeoutStopSec=2min
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'kind':'veth'} | VirtualEthernet=yes",
        "{'kind':'bridge','name':'br0'} | Bridge=br0",
        "{'kind':'zone','name':'web'} | Zone=web",
        "{'kind':'host'} | VirtualEthernet=no",
        "{'kind':'macvlan','parent':'eth0'} | VirtualEthernet=no;MACVLAN=eth0",
        "{'kind':'none'} | Private=yes;VirtualEthernet=no"
      })
  void everyNetworkIsWrittenAndReadAgain(String network, String lines) {
    var spec = spec("{'network':" + network + "}");
    var text = NspawnWriter.of(spec).text();
    assertThat(text).endsWith("[Network]\n" + lines.replace(';', '\n') + "\n");
    assertThat(read(text).spec()).isEqualTo(spec);
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    var spec = spec(RICH);
    var before =
        new SpecPatch(
                Wire.json()
                    .createObjectNode()
                    .set("devices", Wire.json().valueToTree(spec.devices())))
            .on(ContainerSpec.DEFAULT);
    var read = NspawnReader.read(before, Entries.parse(NspawnWriter.of(spec).text()));
    assertThat(read.kept()).isEmpty();
    assertThat(NspawnWriter.of(read.spec())).isEqualTo(NspawnWriter.of(spec));
  }

  @Test
  void whatAPersonWroteIsReadInManyWays() {
    var spec =
        read("""
        # by hand
        [Exec]
        Boot = on
        PrivateUsers=false
        Environment=A=1 "B=two words"
        Capability=CAP_NET_ADMIN CAP_SYS_TIME
        [Files]
        Bind=/srv
        [Network]
        VirtualEthernet=no
        Private=yes
        """)
            .spec();
    assertThat(spec.privateUsers()).isEqualTo(PrivateUsers.NO);
    assertThat(spec.environment()).containsEntry("A", "1").containsEntry("B", "two words");
    assertThat(spec.capabilities().add()).hasSize(2);
    assertThat(spec.network()).isEqualTo(new Network.None());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Exec.LinkJournal=host",
        "Exec.Boot=no",
        "Exec.PrivateUsers=65536:65536",
        "Exec.Capability=all",
        "Files.Bind=+/a:/b",
        "Files.Bind=/a:/b:norbind",
        "Files.TemporaryFileSystem=/t:uid=7",
        "Files.Inaccessible=/x",
        "Network.Interface=eth1",
        "Network.Port=nonsense",
        "X.Y=z"
      })
  void whatBerthHasNoWordForIsKeptAndHolds(String setting) {
    var section = setting.substring(0, setting.indexOf('.'));
    var line = setting.substring(setting.indexOf('.') + 1);
    var read = read("[" + section + "]\n" + line + "\n");
    assertThat(read.kept()).extracting(Entry::toString).containsExactly(setting);
    var again = NspawnWriter.of(read.spec(), read.kept());
    var key = line.substring(0, line.indexOf('='));
    assertThat(again.all().stream().filter(e -> e.key().equals(key)).map(Entry::toString))
        .containsExactly(setting);
    assertThat(read(again.text()).kept()).isEqualTo(read.kept());
  }

  @Test
  void whatIsAskedOfBerthTakesThePlaceOfWhatWasKept() {
    var kept = List.of(new Entry("Exec", "PrivateUsers", "65536:65536"));
    assertThat(NspawnWriter.of(spec("{'privateUsers':'no'}"), kept).text())
        .contains("PrivateUsers=no")
        .doesNotContain("65536");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"plain", "", "two words", "it's", "say \"hi\"", "it's \"both\"", "back\\"})
  void aWordComesBackAsItWas(String word) {
    assertThat(Words.split(Words.joined(List.of("a", word, "z"))))
        .contains(List.of("a", word, "z"));
  }

  @Test
  void anOpenQuoteIsNoListOfWords() {
    assertThat(Words.split("a \"b")).isEmpty();
  }

  @Test
  void aMarkedTextKnowsWhetherItWasChanged() {
    var text = MarkedText.of(new TreeMap<>(Map.of("spec", "{}")), "[A]\nb=c\n");
    var file = text.text("systemd.nspawn(5)");
    assertThat(MarkedText.parse(file)).contains(text);
    assertThat(MarkedText.parse(file.replace("b=c", "b=d")))
        .hasValueSatisfying(changed -> assertThat(changed.intact()).isFalse());
    assertThat(MarkedText.parse(file.replace("{}", "{ }")))
        .hasValueSatisfying(changed -> assertThat(changed.intact()).isFalse());
    assertThat(MarkedText.parse("[A]\nb=c\n")).isEmpty();
  }

  private static NspawnReader.Read read(String text) {
    return NspawnReader.read(ContainerSpec.DEFAULT, Entries.parse(text));
  }

  private static ContainerSpec spec(String json) {
    try {
      var reader = Wire.json().reader().with(JsonReadFeature.ALLOW_SINGLE_QUOTES);
      return SpecPatch.of(reader.readTree(json)).on(ContainerSpec.DEFAULT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
