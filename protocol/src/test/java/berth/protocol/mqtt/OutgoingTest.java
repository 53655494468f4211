package berth.protocol.mqtt;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutgoingTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "a/#", "a/+/b", "a\0b"})
  void aTopicThatNobodyCanPublishToIsRefusedAtOnce(String topic) {
    assertThatThrownBy(() -> Outgoing.of(topic, Buffer.buffer()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatMqttCannotEncodeIsRefusedAtOnce() {
    var message = Outgoing.of("t", Buffer.buffer());
    var longest = "x".repeat(65_535);

    assertThatCode(() -> message.withUserProperties(Map.of("k", longest)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> message.withUserProperties(Map.of("k", longest + "x")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Outgoing.of("\u00e9".repeat(32_768), Buffer.buffer()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
