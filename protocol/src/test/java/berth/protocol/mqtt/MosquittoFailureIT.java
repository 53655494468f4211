package berth.protocol.mqtt;

import java.nio.file.Path;

class MosquittoFailureIT extends LinkFailureContract {

  @Override
  Broker brokerIn(Path folder) {
    return Mosquitto.open(folder);
  }
}
