package berth.protocol.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A JSON Merge Patch (RFC 7396) over a specification. */
class SpecPatchTest {
  private final ContainerSpec rich = Specs.of(Specs.RICH);

  @Test
  void whatIsNotNamedStays() {
    assertThat(SpecPatch.NOTHING.on(rich)).isEqualTo(rich);
    var after = Specs.patch("limits: {memory: 2GiB}").on(rich);
    assertThat(after.limits().memory()).contains(ByteSize.parse("2G"));
    assertThat(after.limits().tasks()).isEqualTo(rich.limits().tasks());
    assertThat(after.labels()).isEqualTo(rich.labels());
  }

  @Test
  void nullTakesAValueBackToItsDefault() {
    var after = Specs.patch("{labels: {tier: null}, limits: null, hostname: null}").on(rich);
    assertThat(after.labels()).isEqualTo(Map.of("example.org/team", "shop"));
    assertThat(after.limits()).isEqualTo(ResourceLimits.NONE);
    assertThat(after.hostname()).isEmpty();
  }

  @Test
  void aListIsReplacedWhole() {
    assertThat(Specs.patch("binds: [{source: /opt}]").on(rich).binds())
        .containsExactly(new Bind("/opt", "/opt", false, false));
  }

  @Test
  void whatAnotherKindHasNoMeaningForGoesWithTheOldOne() {
    assertThat(Specs.patch("network: {kind: host}").on(rich).network())
        .isEqualTo(new Network.Host());
    assertThat(Specs.patch("network: {kind: veth}").on(rich).network())
        .isEqualTo(new Network.Veth(List.of(Port.of("8080:80"), Port.of("udp:53"))));
  }

  @Test
  void theSameChangeAgainChangesNothing() {
    var patch = Specs.patch("{labels: {a: b, tier: null}, limits: {cpus: 2}}");
    assertThat(patch.on(patch.on(rich))).isEqualTo(patch.on(rich));
  }

  @Test
  void numbersAndSwitchesMayBeWrittenAsText() {
    var after = Specs.patch("{autostart: 'false', limits: {cpus: '0.5', tasks: '7'}}").on(rich);
    assertThat(after.autostart()).isFalse();
    assertThat(after.limits().cpus()).contains(0.5);
    assertThat(after.limits().tasks()).contains(7L);
  }

  @Test
  void whatIsNoObjectIsNoPatch() {
    assertThatThrownBy(() -> SpecPatch.of(new TextNode("x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("patch");
    assertThatThrownBy(() -> Specs.patch("labels: hello").on(rich))
        .isInstanceOf(BerthException.class)
        .hasMessageContaining("labels");
  }
}
