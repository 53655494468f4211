package berth.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
  private static final HostId HOST = new HostId("lab1");

  @ParameterizedTest
  @EnumSource(Topics.Kind.class)
  void whatIsSpeltIsReadBack(Topics.Kind kind) {
    var command = CommandId.next();
    var topic = kind.perCommand() ? Topics.of(HOST, kind, command) : Topics.of(HOST, kind);
    var parsed = Topics.parse(topic).orElseThrow();
    assertThat(parsed.host()).isEqualTo(HOST);
    assertThat(parsed.kind()).isEqualTo(kind);
    assertThat(parsed.command().isPresent()).isEqualTo(kind.perCommand());
    parsed.command().ifPresent(id -> assertThat(id).isEqualTo(command));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "berth/1/h/",
        "berth/1/h/lab1",
        "berth/1/h/lab1/nonsense",
        "berth/1/h/lab1/command/more",
        "berth/1/h/lab1/output",
        "berth/1/h/lab1/output/no-id",
        "berth/1/h/LAB1/command",
        "berth/2/h/lab1/command",
        "other/1/h/lab1/command"
      })
  void whatIsNotOursIsNothing(String topic) {
    assertThat(Topics.parse(topic)).isEmpty();
  }

  @Test
  void aKindIsSpeltWithACommandOrWithoutAsItIs() {
    assertThatThrownBy(() -> Topics.of(HOST, Topics.Kind.OUTPUT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Topics.of(HOST, Topics.Kind.REPLY, CommandId.next()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
