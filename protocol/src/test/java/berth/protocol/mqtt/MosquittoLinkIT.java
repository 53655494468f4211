package berth.protocol.mqtt;

import static berth.protocol.mqtt.LinkFixture.options;
import static berth.protocol.mqtt.LinkFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class MosquittoLinkIT extends LinkContract {

  @Override
  Broker brokerIn(Path folder) {
    return Mosquitto.guarded(folder);
  }

  @Override
  boolean hangsUpOnForbidden() {
    return false;
  }

  /** HiveMQ would send the first, and nothing more before that is acknowledged. */
  @Test
  void fortyMessagesMayWaitForTheirAcknowledgement() {
    var ears = Ears.silent();
    links.connected(options(broker.port(), "many-receiver", "t/many"), ears);
    var sender = sender("many");
    for (int i = 0; i < 200; i++) {
      sender.publish(Outgoing.of("t/many", text("" + i)));
    }

    var waiting = new ArrayList<Received>();
    for (int i = 0; i < 40; i++) {
      waiting.add(ears.awaitMessage());
    }
    waiting.forEach(Received::acknowledge);

    for (int i = 40; i < 200; i++) {
      var next = ears.awaitMessage();
      assertThat(next.payload()).isEqualTo(text("" + i));
      next.acknowledge();
    }
  }
}
