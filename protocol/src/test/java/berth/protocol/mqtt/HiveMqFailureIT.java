package berth.protocol.mqtt;

import java.nio.file.Path;

class HiveMqFailureIT extends LinkFailureContract {

  @Override
  Broker brokerIn(Path folder) {
    return new HiveMq(folder);
  }
}
